"""Restoration: a crop is corrupted in several ways; what did it look like?

After Zhou et al., "Models Genesis" (MICCAI 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from decoder import Decoder, explained
from patches import flatten_air, normalise, random_flip


def bezier(points: Sequence[float], t: np.ndarray) -> np.ndarray:
    """A cubic Bezier curve's coordinate at t."""
    a, b, c, d = points
    return (
        (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    )


def map_intensities(channel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mapped by a monotone Bezier curve over the channel's range, rising or falling."""
    first, last = (0, 1) if rng.random() < 0.5 else (1, 0)
    x = (0, *rng.random(2), 1)
    y = (first, *rng.random(2), last)
    low, high = channel.min(), channel.max()
    if high <= low:
        return channel
    t = np.arange(1025) / 1024
    abscissae = np.linspace(0, 1, 256)
    reached = np.searchsorted(bezier(x, t), abscissae).clip(max=1024)
    table = bezier(y, t)[reached]
    mapped = np.interp((channel - low) / (high - low), abscissae, table)
    return low + (high - low) * mapped


def draw_box(
    shape: Sequence[int], low: float, high: float, rng: np.random.Generator
) -> tuple[slice, ...]:
    """Slices of a box anywhere inside.

    Its sides are low to high times the shape's, at least two voxels.
    """
    box = []
    for side in shape:
        extent = min(side, max(2, int(side * rng.uniform(low, high) + 0.5)))
        start = rng.integers(side - extent + 1)
        box.append(slice(start, start + extent))
    return tuple(box)


def draw_boxes(
    shape: Sequence[int], low: float, high: float, rng: np.random.Generator
) -> np.ndarray:
    """[D, H, W], True in one to five boxes."""
    inside = np.zeros(shape, bool)
    inside[draw_box(shape, low, high, rng)] = True
    for _ in range(4):
        if rng.random() >= 0.95:
            break
        inside[draw_box(shape, low, high, rng)] = True
    return inside


def shuffle_locally(
    channel: np.ndarray, lost: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Voxels shuffled within many small boxes, which are marked as lost."""
    shuffled = channel.copy()
    for _ in range(-(-channel.size // 60)):
        box = draw_box(channel.shape, 0.05, 0.15, rng)
        values = rng.permutation(shuffled[box].ravel())
        shuffled[box] = values.reshape(shuffled[box].shape)
        lost[box] = True
    return shuffled


@dataclass
class Task:
    """The proxy task that pretrain.py trains on; its fields are settings."""

    channels: int
    crop: tuple[int, int, int]
    # Probabilities: of a map of intensities, of shuffling, of painting what was
    # shuffled (what was not always is), of painting the outside instead of the inside,
    # of a flip along each axis.
    intensities: float
    shuffle: float
    paint: float
    outside: float
    flips: float
    foreground: float

    name = "restore3d"
    metric = "explained"
    chance = 0.0

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [D, H, W] holds enough tissue."""
        return bool(foreground.mean() >= self.foreground)

    def paint_boxes(
        self, channel: np.ndarray, lost: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Noise in a few boxes, or in all but a few larger ones; marked as lost."""
        if rng.random() < self.outside:
            painted = ~draw_boxes(channel.shape, 3 / 7, 4 / 7, rng)
        else:
            painted = draw_boxes(channel.shape, 1 / 6, 1 / 3, rng)
        lost |= painted
        return np.where(painted, rng.standard_normal(channel.shape), channel)

    def corrupt(
        self, channel: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """A normalised channel shuffled, mapped and painted, and where it was lost.

        A map alone loses no voxels.
        """
        lost = np.zeros(channel.shape, bool)
        shuffles = rng.random() < self.shuffle
        if shuffles:
            channel = shuffle_locally(channel, lost, rng)
        if rng.random() < self.intensities:
            channel = map_intensities(channel, rng)
        if not shuffles or rng.random() < self.paint:
            channel = self.paint_boxes(channel, lost, rng)
        return channel, lost

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become corrupted crops.

        With the crops themselves, and where their voxels were lost.
        """
        corrupted, targets, lost = [], [], []
        for crop, tissue in zip(voxels, foreground):
            mask = tissue.astype(bool)
            target = np.stack(
                [normalise(flatten_air(channel, mask)) for channel in crop]
            )
            target = random_flip(target, self.flips, rng) if train else target
            targets.append(target)
            for channel in target:
                damaged, where = self.corrupt(channel, rng)
                corrupted.append(damaged)
                lost.append(where)
        shape = np.shape(targets)
        batch = {"corrupted": corrupted, "target": targets, "lost": lost}
        return {
            name: torch.from_numpy(np.array(arrays, np.float32)).reshape(shape)
            for name, arrays in batch.items()
        }

    def head(
        self, features: int, grid_of: Callable[[tuple[int, ...]], tuple[int, ...]]
    ) -> nn.Module:
        return Decoder(features, grid_of(self.crop), self.channels, self.crop)

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss, over all voxels, and the metrics of a batch, over lost ones."""
        drawn = head(encoder(batch["corrupted"]))
        loss = F.mse_loss(drawn, batch["target"])
        return loss, {"explained": explained(drawn, batch["target"], batch["lost"])}
