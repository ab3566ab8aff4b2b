"""Messages between voxolve and the process of its engine `torch`.

A frame is the length of its header (32 bits, little-endian), the header (JSON in
UTF-8), and the values of the tensors that the header lists, row-major, one after
another: 32-bit floats, or 32-bit integers where the type is "i64".
"""

from __future__ import annotations

import ctypes
import json
import math
import struct
from typing import Any, BinaryIO, NamedTuple

import torch
from torch import Tensor


class Frame(NamedTuple):
    header: dict[str, Any]
    tensors: dict[str, Tensor]


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame; None once the stream has ended."""
    prefix = stream.read(4)
    if len(prefix) < 4:
        return None
    header = json.loads(read_bytes(stream, struct.unpack("<I", prefix)[0]))
    tensors = {}
    for spec in header.pop("tensors"):
        data = read_bytes(stream, 4 * math.prod(spec["shape"]))
        dtype = torch.float32 if spec["dtype"] == "f32" else torch.int32
        value = torch.frombuffer(data, dtype=dtype).reshape(spec["shape"])
        tensors[spec["name"]] = value
    return Frame(header, tensors)


def read_bytes(stream: BinaryIO, count: int) -> bytearray:
    data = bytearray(count)
    view = memoryview(data)
    while len(view) > 0:
        got = stream.readinto(view)  # type: ignore[attr-defined]
        if not got:
            raise EOFError("the stream ended within a frame")
        view = view[got:]
    return data


def write_frame(
    stream: BinaryIO, header: dict[str, Any], tensors: dict[str, Tensor]
) -> None:
    """Writes a frame; tensors of any type and device leave as 32-bit floats."""
    values = {name: as_floats(value) for name, value in tensors.items()}
    specs = [
        {"name": name, "shape": list(value.shape)} for name, value in values.items()
    ]
    text = json.dumps({**header, "tensors": specs}).encode()
    stream.write(struct.pack("<I", len(text)) + text)
    for value in values.values():
        # without NumPy, which PyTorch does not need
        size = 4 * value.numel()
        stream.write((ctypes.c_char * size).from_address(value.data_ptr()))
    stream.flush()


def as_floats(value: Tensor) -> Tensor:
    return value.detach().to("cpu", torch.float32).contiguous()
