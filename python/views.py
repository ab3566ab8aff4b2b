"""Views of a crop after harmless changes, and tasks that compare two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from heads import Embedding
from patches import flatten_air, jitter_contrast, normalise, random_flip
from processes import count, gathered, share


def sample_line(
    voxels: np.ndarray, axis: int, start: float, side: int, scale: float
) -> np.ndarray:
    """An axis read at side places, one every scale voxels; linear between voxels."""
    extent = voxels.shape[axis]
    places = np.clip(start + (np.arange(side) + 0.5) * scale - 0.5, 0, extent - 1)
    below = np.minimum(places.astype(int), max(0, extent - 2))
    weight = (places - below).reshape(
        [-1 if i == axis else 1 for i in range(voxels.ndim)]
    )
    low = voxels.take(below, axis)
    high = voxels.take(np.minimum(below + 1, extent - 1), axis)
    return low + (high - low) * weight


@dataclass
class PairTask:
    """Base of tasks that compare two views of each crop.

    Its fields are settings. A task's own "compare" gives loss and accuracy of the
    embeddings [2B, width] of all views; rows i and i + B are of crop i.
    """

    channels: int
    crop: tuple[int, int, int]
    size: tuple[int, int, int]
    zoom: float
    flips: float  # probability of a flip along each axis
    noise: float
    contrast: float
    foreground: float
    hidden: int
    width: int
    batch: int  # set by pretrain.py

    metric = "accuracy"

    @property
    def chance(self) -> float:
        return 1 / (2 * self.batch - 1)

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [D, H, W] holds enough tissue."""
        return bool(foreground.mean() >= self.foreground)

    def draw_view(self, voxels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A box within a crop [C, D, H, W] without air.

        It lies at a random place and scale, is mirrored, normalised, changed in
        contrast and made noisy.
        """
        scale = rng.uniform(1 - self.zoom, 1 + self.zoom)
        view = voxels
        for axis, side in enumerate(self.size, start=1):
            start = rng.uniform(0, max(0, voxels.shape[axis] - side * scale))
            view = sample_line(view, axis, start, side, scale)
        view = np.stack([normalise(channel) for channel in view])
        view = random_flip(view, self.flips, rng)
        view = np.stack(
            [jitter_contrast(channel, self.contrast, rng) for channel in view]
        )
        return view + self.noise * rng.standard_normal(view.shape)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become views.

        Rows i and i + B are of crop i.
        """
        if len(voxels) < 2:
            raise ValueError(
                "crops are compared with each other: a batch needs at least 2"
            )
        cleared = [
            np.stack([flatten_air(channel, mask.astype(bool)) for channel in crop])
            for crop, mask in zip(voxels, foreground)
        ]
        views = [self.draw_view(crop, rng) for crop in cleared * 2]
        return {"views": torch.from_numpy(np.stack(views).astype(np.float32))}

    def head(self, features: int, grid_of: object) -> nn.Module:
        return Embedding(features, self.hidden, self.width)

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch."""
        z = head(encoder(batch["views"]))
        if count() > 1:
            z = torch.cat([gathered(views) for views in z.chunk(2)])
        loss, accuracy = self.compare(z)
        return loss, {"accuracy": accuracy}

    def part(
        self, batch: dict[str, torch.Tensor], index: int, of: int
    ) -> dict[str, torch.Tensor]:
        """Both views of some crops."""
        both = [share(views, index, of) for views in batch["views"].chunk(2)]
        return {"views": torch.cat(both)}

    def compare(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        raise NotImplementedError
