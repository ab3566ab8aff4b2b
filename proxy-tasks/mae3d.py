"""Masked autoencoding: blocks of a crop are blanked; what was there?

After He et al., "Masked Autoencoders Are Scalable Vision Learners" (CVPR 2022).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from decoder import Decoder, explained
from patches import make_patch


@dataclass
class Task:
    """The proxy task that pretrain.py trains on; its fields are settings."""

    channels: int
    crop: tuple[int, int, int]
    block: tuple[int, int, int]
    ratio: float  # share of the blocks that is masked
    contrast: float
    foreground: float

    name = "mae3d"
    metric = "explained"
    chance = 0.0

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [D, H, W] holds enough tissue."""
        return bool(foreground.mean() >= self.foreground)

    def block_mask(self, rng: np.random.Generator) -> np.ndarray:
        """[D, H, W], True where a voxel is hidden: whole blocks of a grid."""
        blocks = [-(-side // block) for side, block in zip(self.crop, self.block)]
        count = int(np.prod(blocks))
        hidden = rng.permutation(count) < max(1, int(self.ratio * count + 0.5))
        mask = hidden.reshape(blocks)
        for axis, block in enumerate(self.block):
            mask = mask.repeat(block, axis)
        depth, height, width = self.crop
        return mask[:depth, :height, :width]

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become masked crops.

        With the crops themselves, and their masks.
        """
        targets, masks = [], []
        for crop, tissue in zip(voxels, foreground):
            jitter = rng if train else None
            targets.append(make_patch(crop, tissue, self.contrast, False, jitter))
            masks.append([self.block_mask(rng)] * len(crop))
        target = torch.from_numpy(np.array(targets, np.float32))
        mask = torch.from_numpy(np.array(masks, np.float32))
        return {"masked": target * (1 - mask), "target": target, "mask": mask}

    def head(
        self, features: int, grid_of: Callable[[tuple[int, ...]], tuple[int, ...]]
    ) -> nn.Module:
        return Decoder(features, grid_of(self.crop), self.channels, self.crop)

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss, over masked voxels only, and the metrics of a batch."""
        target, mask = batch["target"], batch["mask"]
        drawn = head(encoder(batch["masked"]))
        loss = (mask * (drawn - target) ** 2).sum() / (mask.sum() + 1e-6)
        return loss, {"explained": explained(drawn, target, mask)}
