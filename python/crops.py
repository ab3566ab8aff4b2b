"""Crops of prepared scans as the encoder sees them: cut or padded, normalised.

Volumes are those of scans.py: voxels [C, D, H, W], and where there is tissue.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

import settings
from scans import Volume

TRIES = 8  # places tried for a crop with this share of tissue
TISSUE = 0.3
Corner = tuple  # of voxels [D, H, W]; outside of the scan where that is smaller


def middle(extents: tuple[int, ...]) -> Corner:
    """Corner of the crop in the middle."""
    return tuple((n - size) // 2 for n, size in zip(extents, settings.SIZE))


def tiles(extents: tuple[int, ...]) -> list[Corner]:
    """Corners that cover a scan evenly, or its middle alone."""
    if settings.READING == "crop":
        return [middle(extents)]
    counts = [max(1, math.ceil(n / size)) for n, size in zip(extents, settings.SIZE)]
    while math.prod(counts) > settings.TILES:
        counts[counts.index(max(counts))] -= 1
    return list(itertools.product(*map(starts, extents, settings.SIZE, counts)))


def starts(extent: int, size: int, count: int) -> list[int]:
    """Evenly spaced, from end to end."""
    if count == 1:
        return [(extent - size) // 2]
    return [math.floor(i * (extent - size) / (count - 1) + 0.5) for i in range(count)]


def near_middle(extents: tuple[int, ...], rng: np.random.Generator) -> Corner:
    """A corner within an eighth of the crop's size around the middle."""
    reach = [size // 8 for size in settings.SIZE]
    return tuple(
        c + int(rng.integers(-r, r + 1)) for c, r in zip(middle(extents), reach)
    )


def anywhere(extents: tuple[int, ...], rng: np.random.Generator) -> Corner:
    """A corner inside; along axes that are shorter than a crop, the middle."""
    room = [n - size for n, size in zip(extents, settings.SIZE)]
    fixed = middle(extents)
    return tuple(int(rng.integers(r + 1)) if r > 0 else c for r, c in zip(room, fixed))


def with_tissue(volume: Volume, rng: np.random.Generator) -> Corner:
    """A corner anywhere, of 8 the first with enough tissue, else that with most."""
    extents = volume.foreground.shape
    best, most = middle(extents), -1.0
    for _ in range(TRIES):
        corner = anywhere(extents, rng)
        inside = tuple(
            slice(max(0, c), c + size) for c, size in zip(corner, settings.SIZE)
        )
        share = float(volume.foreground[inside].mean())
        if share > most:
            best, most = corner, share
        if share >= TISSUE:
            break
    return best


def drawn(volume: Volume, rng: np.random.Generator) -> np.ndarray:
    """A crop for training: at a random place, its intensities a little changed."""
    near = settings.READING == "crop"
    corner = (
        near_middle(volume.foreground.shape, rng) if near else with_tissue(volume, rng)
    )
    crop = cut(volume, corner)
    if settings.PUBLISHED is None and settings.NORMALISE == "none":
        return crop
    return np.stack([jitter(channel, rng) for channel in crop])


def cut(volume: Volume, corner: Corner) -> np.ndarray:
    """The crop [C, *SIZE]; what lies outside of the scan is as air."""
    voxels, foreground = volume
    boxes = [
        (max(0, c), min(n, c + size), max(0, -c))
        for c, size, n in zip(corner, settings.SIZE, foreground.shape)
    ]
    source = tuple(slice(start, end) for start, end, _ in boxes)
    target = tuple(slice(at, at + end - start) for start, end, at in boxes)
    tissue = np.zeros(settings.SIZE, bool)
    tissue[target] = foreground[source]
    crop = np.empty((len(voxels), *settings.SIZE), np.float32)
    for channel, scan in zip(crop, voxels):
        by_crop = settings.PUBLISHED is None and settings.NORMALISE == "crop"
        channel[:] = 0 if by_crop else scan.min()
        channel[target] = scan[source]
    return normalise(crop, tissue, volume)


def normalise(crop: np.ndarray, tissue: np.ndarray, volume: Volume) -> np.ndarray:
    """Intensities as in training, by the crop, the scan, or as published."""
    if settings.PUBLISHED is not None:
        return as_published(crop, volume.voxels)
    if settings.NORMALISE == "crop":
        return np.stack([by_crop(channel, tissue) for channel in crop])
    if settings.NORMALISE == "scan":
        pairs = zip(crop, volume.voxels)
        return np.stack([by_scan(c, tissue, s, volume.foreground) for c, s in pairs])
    return crop


def by_crop(crop: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """Mean 0 and deviation 1, after air has taken the darkest value of tissue."""
    darkest = crop[tissue].min() if tissue.any() else 0
    flat = np.where(tissue, crop, np.float32(darkest)).astype(np.float32)
    deviation = flat.std(dtype=np.float64)
    scale = 1 / deviation if deviation > 1e-6 else 0.0
    return ((flat - flat.mean(dtype=np.float64)) * scale).astype(np.float32)


def by_scan(
    crop: np.ndarray, tissue: np.ndarray, scan: np.ndarray, foreground: np.ndarray
) -> np.ndarray:
    """By mean and deviation of the whole scan, air flattened as in the crop."""
    darkest = scan[foreground].min() if foreground.any() else np.float32(0)
    whole = np.where(foreground, scan, darkest).astype(np.float64)
    scale = 1 / whole.std() if whole.std() > 1e-6 else 0.0
    flat = np.where(tissue, crop, darkest)
    return ((flat - whole.mean()) * scale).astype(np.float32)


def as_published(crop: np.ndarray, scan: np.ndarray) -> np.ndarray:
    """From [0, 1], darkest to brightest of the scan, by what was published."""
    done = []
    mean, deviation = settings.PUBLISHED["mean"], settings.PUBLISHED["std"]
    for channel, whole, centre, spread in zip(crop, scan, mean, deviation):
        low, high = float(whole.min()), float(whole.max())
        scale = 1 / (high - low) if high > low else 0.0
        done.append((np.clip((channel - low) * scale, 0, 1) - centre) / spread)
    return np.stack(done).astype(np.float32)


def jitter(channel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Intensities a little changed, in training: scale, shift and gamma."""
    scale, gamma = rng.uniform(0.9, 1.1, 2)
    raised = np.sign(channel) * np.abs(channel) ** gamma
    return (scale * raised + rng.uniform(-0.1, 0.1)).astype(np.float32)
