"""Clip order: in which order are the clips of a film shown?

After Xu et al., "Video Clip Order Prediction" (CVPR 2019).
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
    crop: tuple[int, int, int]
    clips: int
    frames: int
    gap: int
    jitter: int
    contrast: float
    foreground: float
    level: bool
    hidden: int
    # orders[k][place] is the clip shown at that place, classes[k] the class of that
    # order.
    orders: Sequence[Sequence[int]]
    classes: Sequence[int]
    label_smoothing: float = 0.0  # set by pretrain.py

    name = "order"
    metric = "accuracy"

    @property
    def chance(self) -> float:
        return 1 / len(set(self.classes))

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [frames, H, W] holds enough tissue."""
        return bool(foreground.mean() >= self.foreground)

    def clip_starts(self, rng: np.random.Generator) -> list[int]:
        """The first frame of each clip."""
        part = self.frames + self.jitter + self.gap
        jitter = self.jitter + 1
        return [i * part + int(rng.integers(0, jitter)) for i in range(self.clips)]

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, frames, H, W] and foreground [B, frames, H, W] become clips.

        In the order shown, and the class of each crop's order.
        """
        clips, labels = [], []
        for crop, mask in zip(voxels, foreground):
            order = int(rng.integers(len(self.orders)))
            starts = self.clip_starts(rng)
            jitter = draw_contrast(self.contrast, rng) if train else None
            labels.append(self.classes[order])
            for clip in self.orders[order]:
                frames = starts[clip] + np.arange(self.frames)
                clips.append(make_clip(crop, mask, frames, self.level, jitter))
        return {
            "clips": torch.from_numpy(np.stack(clips)),
            "order": torch.tensor(labels),
        }

    def head(self, features: int, grid_of: object) -> nn.Module:
        return Classifier(self.clips * features, self.hidden, len(set(self.classes)))

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch."""
        features = pooled(encoder(batch["clips"]))
        logits = head(features.reshape(-1, self.clips * features.shape[1]))
        return classification(logits, batch["order"], self.label_smoothing)
