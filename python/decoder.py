"""Voxels drawn from feature maps, and how much of what was lost they explain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn


class Decoder(nn.Module):
    """Feature maps [N, F, d, h, w] become voxels [N, C, D, H, W].

    A 1x1x1 convolution whose channels become voxels (depth to space, Shi et al. 2016):
    as many voxels per feature as it takes to fill the size, but at most FINEST along an
    axis; beyond, neighbours share a value.
    """

    FINEST = 4

    def __init__(
        self, features: int, grid: Sequence[int], channels: int, size: Sequence[int]
    ) -> None:
        super().__init__()
        factors = [-(-side // cells) for side, cells in zip(size, grid)]
        self.fine = [min(factor, self.FINEST) for factor in factors]
        self.coarse = [-(-factor // fine) for factor, fine in zip(factors, self.fine)]
        self.channels, self.size = channels, size
        self.draw = nn.Conv3d(features, channels * int(np.prod(self.fine)), 1)
        nn.init.normal_(self.draw.weight, std=features**-0.5)
        assert self.draw.bias is not None
        nn.init.zeros_(self.draw.bias)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        n, _, *grid = maps.shape
        split = self.draw(maps).reshape(n, self.channels, *self.fine, *grid)
        full = [cells * fine for cells, fine in zip(grid, self.fine)]
        voxels = split.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(n, self.channels, *full)
        for axis, times in enumerate(self.coarse, start=2):
            voxels = voxels.repeat_interleave(times, axis)
        depth, height, width = self.size
        return voxels[:, :, :depth, :height, :width]


def explained(
    drawn: torch.Tensor, target: torch.Tensor, lost: torch.Tensor
) -> torch.Tensor:
    """Share of the variance that is explained where lost is 1.

    Answering with the mean, 0, scores 0.
    """
    missed = (lost * (drawn - target) ** 2).sum() / ((lost * target**2).sum() + 1e-6)
    return (1 - missed).clamp(min=-1)
