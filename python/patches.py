"""Patches: boxes of a crop, cut and changed so that no shortcut gives their place away.

Crops are [C, D, H, W]; their foreground [D, H, W] is True where there is tissue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


def normalise(patch: np.ndarray) -> np.ndarray:
    """Mean 0 and standard deviation 1; a constant patch becomes zeros."""
    centred = patch - patch.mean()
    deviation = centred.std()
    return centred / deviation if deviation > 1e-6 else np.zeros_like(patch)


def flatten_air(channel: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """Air takes the darkest value of the tissue."""
    darkest = channel[tissue].min() if tissue.any() else 0.0
    return np.where(tissue, channel, darkest)


def level(patch: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """Tissue less the linear function of position that fits it best; air becomes 0."""
    axes = np.meshgrid(
        *(np.arange(n) - (n - 1) / 2 for n in patch.shape), indexing="ij"
    )
    columns = np.stack([*(axis[tissue] for axis in axes), np.ones(tissue.sum())], 1)
    damping = np.diag([1e-3, 1e-3, 1e-3, 1e-9])
    fit = np.linalg.solve(columns.T @ columns + damping, columns.T @ patch[tissue])
    levelled = np.zeros(patch.shape)
    levelled[tissue] = patch[tissue] - columns @ fit
    return levelled


def jitter_contrast(
    patch: np.ndarray, contrast: float, rng: np.random.Generator
) -> np.ndarray:
    """Raised to a random gamma, scaled and shifted."""
    scale, gamma = rng.uniform(1 - contrast, 1 + contrast, 2)
    shift = rng.uniform(-contrast, contrast)
    return np.sign(patch) * np.abs(patch) ** gamma * scale + shift


def random_flip(
    voxels: np.ndarray, probability: float, rng: np.random.Generator
) -> np.ndarray:
    """[C, D, H, W], each axis mirrored with some probability."""
    axes = [axis for axis in (1, 2, 3) if rng.random() < probability]
    return np.flip(voxels, axes)


def cut(volume: np.ndarray, corner: Sequence[int], size: Sequence[int]) -> np.ndarray:
    """The box of a volume [..., D, H, W] whose first voxel is at corner."""
    box: tuple = tuple(slice(start, start + side) for start, side in zip(corner, size))
    return volume[(Ellipsis, *box)]


def make_patch(
    voxels: np.ndarray,
    foreground: np.ndarray,
    contrast: float,
    levelled: bool,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """[C, D, H, W] without air, channels normalised; given rng, contrast jittered."""
    tissue = foreground.astype(bool)
    clean = level if levelled else flatten_air
    channels = []
    for channel in voxels:
        patch = normalise(clean(channel, tissue))
        channels.append(patch if rng is None else jitter_contrast(patch, contrast, rng))
    return np.stack(channels).astype(np.float32)


@dataclass
class PatchTask:
    """Base of tasks about a grid of patches; its fields are settings.

    Each axis holds grid cells of patch + jitter voxels with gap voxels between them;
    a patch lies anywhere within its cell.
    """

    channels: int
    crop: tuple[int, int, int]
    grid: int
    patch: tuple[int, int, int]
    gap: tuple[int, int, int]
    jitter: int
    contrast: float
    foreground: float  # least share of tissue in each cell
    level: bool
    hidden: int  # width of the head

    def corners(self, rng: np.random.Generator | None = None) -> list[list[int]]:
        """First voxel of each cell's patch, depth slowest; in mid-cell without rng."""
        corners = []
        sizes = list(zip(self.patch, self.gap))
        for cell in np.ndindex(self.grid, self.grid, self.grid):
            shift = (
                [self.jitter // 2] * 3
                if rng is None
                else rng.integers(0, self.jitter + 1, 3)
            )
            corners.append(
                [
                    i * (side + self.jitter + gap) + int(s)
                    for i, (side, gap), s in zip(cell, sizes, shift)
                ]
            )
        return corners

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if every cell of a crop's foreground [D, H, W] holds enough tissue."""
        cells = (cut(foreground, corner, self.patch) for corner in self.corners())
        return all(cell.mean() >= self.foreground for cell in cells)

    def cut_patch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        corner: Sequence[int],
        rng: np.random.Generator | None,
    ) -> np.ndarray:
        """The patch at a corner; its contrast is jittered given rng."""
        box = cut(voxels, corner, self.patch)
        tissue = cut(foreground, corner, self.patch)
        return make_patch(box, tissue, self.contrast, self.level, rng)
