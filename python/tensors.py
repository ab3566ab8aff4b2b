"""Reads safetensors files without further packages."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch


def read_tensors(path: str | Path) -> dict[str, torch.Tensor]:
    """Float32 tensors by name: the header's length, the header as JSON, raw values."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.astype(np.float32))
    return tensors
