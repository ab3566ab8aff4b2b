"""A 3D encoder.

Needs PyTorch (1.13 or later) and NumPy:

    from model import build

    encoder = build()  # in eval mode, with the weights in weights.safetensors
    features = encoder(volumes)
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn

WEIGHTS = Path(__file__).resolve().with_name("weights.safetensors")
IN_CHANNELS = 1
FEATURES = 32


class ConvNormAct(nn.Module):
    """3D convolution, batch normalisation and activation."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, int, int],
        stride: tuple[int, int, int] = (1, 1, 1),
        groups: int = 1,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv3d(
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            stride=stride,
            padding=tuple(k // 2 for k in kernel_size),
            groups=groups,
            bias=False,
        )
        self.norm = nn.BatchNorm3d(out_channels)
        self.act = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.norm(self.conv(x)))


class ConvNorm(nn.Module):
    """3D convolution and batch normalisation."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, int, int],
        stride: tuple[int, int, int] = (1, 1, 1),
    ) -> None:
        super().__init__()
        self.conv = nn.Conv3d(
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            stride=stride,
            padding=tuple(k // 2 for k in kernel_size),
            bias=False,
        )
        self.norm = nn.BatchNorm3d(out_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(x))


class ConvBlock(nn.Module):
    """Basic residual block: two 3D convolutions."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        shortcut: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = ConvNormAct(
            in_channels, out_channels, kernel_size=(3, 3, 3), stride=(1, stride, stride)
        )
        self.conv2 = ConvNorm(out_channels, out_channels, kernel_size=(3, 3, 3))
        self.shortcut = nn.Identity() if shortcut is None else shortcut
        self.act = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv1(x)
        out = self.conv2(out)
        return self.act(out + self.shortcut(x))


class SqueezeExcite(nn.Module):
    """Squeeze and excitation (Hu et al. 2018): gates channels by their global context."""

    def __init__(self, channels: int, reduced_channels: int) -> None:
        super().__init__()
        self.reduce = nn.Linear(channels, reduced_channels)
        self.act = nn.ReLU()
        self.expand = nn.Linear(reduced_channels, channels)
        self.gate = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scale = x.mean(dim=(2, 3, 4))
        scale = self.act(self.reduce(scale))
        scale = self.gate(self.expand(scale))
        return x * scale[:, :, None, None, None]


class FactorizedBlock(nn.Module):
    """(2+1)D residual block: a convolution within slices, then one across them."""

    def __init__(
        self,
        channels: int,
        mid_channels: int,
        reduced_channels: int,
        stride: int = 1,
        shortcut: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.spatial = ConvNormAct(
            channels, mid_channels, kernel_size=(1, 3, 3), stride=(1, stride, stride)
        )
        self.temporal = ConvNorm(mid_channels, channels, kernel_size=(5, 1, 1))
        self.squeeze = SqueezeExcite(channels, reduced_channels=reduced_channels)
        self.shortcut = nn.Identity() if shortcut is None else shortcut
        self.act = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.spatial(x)
        out = self.temporal(out)
        out = self.squeeze(out)
        return self.act(out + self.shortcut(x))


class DepthwiseSeparableBlock(nn.Module):
    """Residual block of pointwise and depthwise convolutions, with a linear projection."""

    def __init__(self, channels: int, mid_channels: int, reduced_channels: int) -> None:
        super().__init__()
        self.expand = ConvNormAct(channels, mid_channels, kernel_size=(1, 1, 1))
        self.depthwise = ConvNormAct(
            mid_channels,
            mid_channels,
            kernel_size=(3, 3, 3),
            stride=(2, 2, 2),
            groups=mid_channels,
        )
        self.squeeze = SqueezeExcite(mid_channels, reduced_channels=reduced_channels)
        self.project = ConvNorm(mid_channels, channels, kernel_size=(1, 1, 1))
        self.shortcut = ConvNorm(
            channels, channels, kernel_size=(1, 1, 1), stride=(2, 2, 2)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.expand(x)
        out = self.depthwise(out)
        out = self.squeeze(out)
        out = self.project(out)
        return out + self.shortcut(x)


class BottleneckBlock(nn.Module):
    """Residual block that convolves at a reduced width."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        mid_channels: int,
        stride: int = 1,
        shortcut: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.reduce = ConvNormAct(in_channels, mid_channels, kernel_size=(1, 1, 1))
        self.conv = ConvNormAct(
            mid_channels,
            mid_channels,
            kernel_size=(3, 5, 5),
            stride=(1, stride, stride),
        )
        self.expand = ConvNorm(mid_channels, out_channels, kernel_size=(1, 1, 1))
        self.shortcut = nn.Identity() if shortcut is None else shortcut
        self.act = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.reduce(x)
        out = self.conv(out)
        out = self.expand(out)
        return self.act(out + self.shortcut(x))


class Encoder(nn.Module):
    """Maps [N, 1, D, H, W] to features [N, 32, d, h, w]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNormAct(1, 8, kernel_size=(1, 5, 5), stride=(1, 2, 2))
        self.stages = nn.Sequential(
            nn.Sequential(
                ConvBlock(
                    8,
                    16,
                    stride=2,
                    shortcut=ConvNorm(8, 16, kernel_size=(1, 1, 1), stride=(1, 2, 2)),
                ),
                ConvBlock(16, 16),
            ),
            nn.Sequential(
                FactorizedBlock(
                    16,
                    mid_channels=32,
                    reduced_channels=4,
                    stride=2,
                    shortcut=ConvNorm(16, 16, kernel_size=(1, 1, 1), stride=(1, 2, 2)),
                ),
                FactorizedBlock(16, mid_channels=32, reduced_channels=4),
                FactorizedBlock(16, mid_channels=32, reduced_channels=4),
            ),
            nn.Sequential(
                DepthwiseSeparableBlock(16, mid_channels=48, reduced_channels=8)
            ),
            nn.Sequential(
                BottleneckBlock(
                    16,
                    32,
                    mid_channels=8,
                    stride=2,
                    shortcut=ConvNorm(16, 32, kernel_size=(1, 1, 1), stride=(1, 2, 2)),
                ),
                BottleneckBlock(32, 32, mid_channels=8),
            ),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.stages(self.stem(x))


def read_safetensors(path: str | Path) -> dict[str, torch.Tensor]:
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
