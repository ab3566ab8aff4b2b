"""Pace prediction: at which rate is a clip played?

After Wang et al., "Self-supervised Video Representation Learning by Pace Prediction"
(ECCV 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from clips import draw_contrast, make_clip
from heads import Classifier, classification, pooled


@dataclass
class Task:
    """The proxy task that pretrain.py trains on; its fields are settings."""

    channels: int
    crop: tuple[int, int, int]  # as many frames as the fastest clip spans
    frames: int
    rates: Sequence[int]
    contrast: float
    foreground: float
    level: bool
    hidden: int
    label_smoothing: float = 0.0  # set by pretrain.py

    name = "pace"
    metric = "accuracy"

    @property
    def chance(self) -> float:
        return 1 / len(self.rates)

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [frames, H, W] holds enough tissue."""
        return bool(foreground.mean() >= self.foreground)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, frames, H, W] and foreground [B, frames, H, W] become clips.

        With the index of each clip's rate.
        """
        clips, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(self.rates)))
            rate = self.rates[label]
            start = rng.integers(0, self.crop[0] - (self.frames - 1) * rate)
            labels.append(label)
            frames = start + rate * np.arange(self.frames)
            jitter = draw_contrast(self.contrast, rng) if train else None
            clips.append(make_clip(crop, mask, frames, self.level, jitter))
        return {
            "clips": torch.from_numpy(np.stack(clips)),
            "pace": torch.tensor(labels),
        }

    def head(self, features: int, grid_of: object) -> nn.Module:
        return Classifier(features, self.hidden, len(self.rates))

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch."""
        logits = head(pooled(encoder(batch["clips"])))
        return classification(logits, batch["pace"], self.label_smoothing)
