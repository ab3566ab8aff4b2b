"""Clips of a film [C, frames, H, W]: some of its frames, all at the same place."""

from __future__ import annotations

import numpy as np

from patches import flatten_air, level, normalise


def draw_contrast(
    contrast: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Scale, gamma and shift that all frames share."""
    scale, gamma = rng.uniform(1 - contrast, 1 + contrast, 2)
    return scale, gamma, rng.uniform(-contrast, contrast)


def make_clip(
    voxels: np.ndarray,
    foreground: np.ndarray,
    frames: np.ndarray,
    levelled: bool,
    contrast: tuple[float, float, float] | None = None,
) -> np.ndarray:
    """[C, len(frames), H, W] without air, each channel normalised, then its contrast
    changed."""
    tissue = foreground[frames].astype(bool)
    clean = level if levelled else flatten_air
    channels = []
    for channel in voxels[:, frames]:
        clip = normalise(clean(channel, tissue))
        if contrast is not None:
            scale, gamma, shift = contrast
            clip = np.sign(clip) * np.abs(clip) ** gamma * scale + shift
        channels.append(clip)
    return np.stack(channels).astype(np.float32)
