/**
 * `model.py`: the architecture as PyTorch modules, and `build()`, which loads the weights next to it.
 */
import type { Architecture } from '../../nn/architecture.js';
import { classSource } from './class-source.js';
import { classesOf } from './classes.js';

/** Source of `model.py`, laid out as black would. `origin`: one line on where the architecture comes from. */
export function modelSource(architecture: Architecture, origin: string): string {
  const classes = classesOf(architecture).map(classSource);
  const collections = classes.some((source) => source.includes('OrderedDict('))
    ? 'from collections import OrderedDict\n'
    : '';
  const { inChannels, features } = architecture;
  const constants = `IN_CHANNELS = ${inChannels}\nFEATURES = ${features}`;
  return `${header(origin.replace(/["\\\s]+/g, ' '), collections)}\n${constants}\n\n\n${classes.join('\n\n\n')}\n\n\n${LOADER}`;
}

function header(origin: string, collections: string): string {
  return `"""${origin}

Needs PyTorch (1.13 or later) and NumPy:

    from model import build

    encoder = build()  # in eval mode, with the weights in weights.safetensors
    features = encoder(volumes)
"""

from __future__ import annotations

import json
import struct
${collections}from pathlib import Path

import numpy as np
import torch
from torch import nn

WEIGHTS = Path(__file__).resolve().with_name("weights.safetensors")`;
}

const LOADER = `def read_safetensors(path: str | Path) -> dict[str, torch.Tensor]:
    """Reads float32 tensors: the header's length, the header as JSON, raw values."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}, expected F32")
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.astype(np.float32))
    return tensors


def build(weights: str | Path = WEIGHTS) -> Encoder:
    """Returns the encoder in eval mode, with its pretrained weights."""
    encoder = Encoder()
    encoder.load_state_dict(read_safetensors(weights), strict=True)
    return encoder.eval()
`;
