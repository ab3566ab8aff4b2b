"""Rotation prediction: by which rotation was a cube turned?

After Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence, Tuple

import numpy as np
import torch
from torch import nn

from heads import Classifier, classification, pooled
from patches import make_patch

# Along which axis of the upright cube each axis of the turned one runs, and whether
# backwards.
Rotation = Tuple[Sequence[int], Sequence[bool]]


def rotate(cube: np.ndarray, rotation: Rotation) -> np.ndarray:
    """[C, D, H, W], by permuting indices; nothing is resampled."""
    axes, backwards = rotation
    turned = cube.transpose(0, *(axis + 1 for axis in axes))
    return np.flip(turned, [i + 1 for i, back in enumerate(backwards) if back])


@dataclass
class Task:
    """The proxy task that pretrain.py trains on; its fields are settings."""

    channels: int
    crop: tuple[int, int, int]
    contrast: float
    foreground: float
    level: bool
    hidden: int
    rotations: Sequence[Rotation]
    label_smoothing: float = 0.0  # set by pretrain.py

    name = "rotation3d"
    metric = "accuracy"

    @property
    def chance(self) -> float:
        return 1 / len(self.rotations)

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [D, H, W] holds enough tissue."""
        return bool(foreground.mean() >= self.foreground)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become turned cubes.

        With the index of each cube's rotation.
        """
        cubes, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(self.rotations)))
            jitter = rng if train else None
            upright = make_patch(crop, mask, self.contrast, self.level, jitter)
            labels.append(label)
            cubes.append(rotate(upright, self.rotations[label]))
        return {
            "cubes": torch.from_numpy(np.stack(cubes)),
            "rotation": torch.tensor(labels),
        }

    def head(self, features: int, grid_of: object) -> nn.Module:
        return Classifier(features, self.hidden, len(self.rotations))

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch."""
        logits = head(pooled(encoder(batch["cubes"])))
        return classification(logits, batch["rotation"], self.label_smoothing)
