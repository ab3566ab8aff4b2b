"""Scans as the encoder was trained on: canonical axes, even spacing, standardised.

Volumes are [D, H, W], growing towards superior, anterior and right (RAS+).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nibabel as nib
import numpy as np

from settings import CLIPPING, FRAMES, MODALITIES, NON_FINITE, SPACING

FWHM = 2 * np.sqrt(2 * np.log(2))  # of a Gaussian with standard deviation 1
DARKEST_AIR = -1024  # Hounsfield units
BINS = 128


class Volume(NamedTuple):
    voxels: np.ndarray  # [1, D, H, W]
    foreground: np.ndarray  # [D, H, W], True where there is tissue


def find_scans(folder: str | Path) -> list[Path]:
    """All NIfTI files below a folder."""
    files = Path(folder).rglob("*")
    return sorted(file for file in files if file.name.endswith((".nii", ".nii.gz")))


def load(path: str | Path, modality: str | None = None) -> list[Volume]:
    """The volumes of one file; modality such as "CT" where it is known."""
    image = nib.as_closest_canonical(nib.load(path))
    check_axes(image.affine[:3, :3])
    data = image.get_fdata(dtype=np.float32)
    spacing = image.header.get_zooms()[2::-1]
    if NON_FINITE == "zero":
        data[~np.isfinite(data)] = 0
    elif not np.isfinite(data).all():
        raise ValueError("some voxels are NaN or infinite")
    frames = data.reshape(*data.shape[:3], -1).T  # [frames, D, H, W]
    if FRAMES == "first":
        frames = frames[:1]
    elif FRAMES == "mean":
        frames = frames.mean(axis=0, keepdims=True)
    return [prepare(frame, spacing, modality) for frame in frames]


def check_axes(axes: np.ndarray) -> None:
    """voxolve straightens volumes whose axes are not at right angles; this does not."""
    unit = axes / np.linalg.norm(axes, axis=0)
    if np.abs(unit.T @ unit - np.eye(3)).max() > 1e-3:
        raise ValueError("its axes do not meet at right angles")


def clipping_of(modality: str | None) -> dict[str, Any]:
    """The options of a modality, else those of all."""
    own = MODALITIES.get(modality or "", {})
    options = {**CLIPPING, **own}
    if "percentiles" in own and "window" not in own:
        options.pop("window", None)
    return options


def prepare(
    volume: np.ndarray, spacing: tuple[float, ...], modality: str | None = None
) -> Volume:
    """Resamples to SPACING, finds the tissue and standardises intensities over it."""
    clipping = clipping_of(modality)
    for axis, (size, target) in enumerate(zip(spacing, SPACING)):
        volume = resample(volume, axis, target / size)
    foreground = foreground_of(volume, clipping["percentiles"])
    clipped = clip(volume, foreground, clipping)
    if "landmarks" in clipping:
        clipped = match(clipped, foreground, *clipping["landmarks"])
    return Volume(standardise(clipped, foreground)[None], foreground)


def resample(volume: np.ndarray, axis: int, step: float) -> np.ndarray:
    """Samples an axis anew, one sample every "step" voxels."""
    length = max(1, int(volume.shape[axis] / step + 0.5))
    weights = resampling_weights(volume.shape[axis], length, step)
    return np.moveaxis(np.tensordot(weights, volume, (1, axis)), 0, axis)


def resampling_weights(inputs: int, outputs: int, step: float) -> np.ndarray:
    """[outputs, inputs]: linear interpolation, after a Gaussian where the axis shrinks.

    The Gaussian's width follows Cardoso et al., MICCAI 2015.
    """
    sigma = np.sqrt(step**2 - 1) / FWHM if step > 1 else 0.0
    radius = int(np.ceil(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2) if sigma > 0 else np.ones(1)
    weights = np.zeros((outputs, inputs))
    for i in range(outputs):
        centre = (inputs - 1) / 2 + (i - (outputs - 1) / 2) * step
        position = min(max(centre, 0), inputs - 1)
        below = min(int(position), max(inputs - 2, 0))
        for offset, weight in zip(below + offsets, kernel):
            if 0 <= offset < inputs:
                weights[i, offset] += weight * (1 - (position - below))
            if 0 <= offset + 1 < inputs:
                weights[i, offset + 1] += weight * (position - below)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)


def foreground_of(volume: np.ndarray, percentiles: tuple[float, float]) -> np.ndarray:
    """Tissue: above the lower of Otsu's two thresholds (air, soft, bright)."""
    low, high = np.percentile(volume, percentiles)
    low = max(low, min(DARKEST_AIR, volume.max()))
    if high <= low:
        return volume > low
    bins = np.floor((volume - low) * (BINS / (high - low)))
    bins = np.clip(bins, 0, BINS - 1).astype(int)
    histogram = np.bincount(bins.ravel(), minlength=BINS)
    return bins >= lower_otsu_threshold(histogram)


def lower_otsu_threshold(histogram: np.ndarray) -> int:
    """First bin of the second of three classes with the largest variance between."""
    count = np.append(0, np.cumsum(histogram))
    total = np.append(0, np.cumsum(histogram * np.arange(len(histogram))))

    def between(start: int, stop: int) -> float:
        n = count[stop] - count[start]
        return (total[stop] - total[start]) ** 2 / n if n > 0 else 0.0

    bins = len(histogram)
    pairs = [(i, j) for i in range(1, bins - 1) for j in range(i + 1, bins)]
    first, _ = max(
        pairs,
        key=lambda p: between(0, p[0]) + between(p[0], p[1]) + between(p[1], bins),
    )
    return first


def clip(
    volume: np.ndarray, foreground: np.ndarray, clipping: dict[str, Any]
) -> np.ndarray:
    """To the window, or from a percentile of everything to one of tissue."""
    if not foreground.any():
        raise ValueError("there is nothing but air")
    if "window" in clipping:
        return np.clip(volume, *clipping["window"])
    low = np.percentile(volume, clipping["percentiles"][0])
    high = np.percentile(volume[foreground], clipping["percentiles"][1])
    return np.clip(volume, low, high)


def match(
    volume: np.ndarray,
    foreground: np.ndarray,
    percentiles: Sequence[float],
    values: Sequence[float],
) -> np.ndarray:
    """Maps piecewise linearly so that percentiles of tissue take these values.

    Nyul, Udupa and Zhang, IEEE TMI 2000. The outer segments go on beyond their ends.
    """
    found = np.percentile(volume[foreground], percentiles)
    rises = np.append(True, np.diff(found) > 0)
    source, target = found[rises], np.asarray(values, float)[rises]
    if len(source) < 2:
        return volume
    slopes = np.diff(target) / np.diff(source)
    segment = np.searchsorted(source[1:-1], volume)
    return target[segment] + (volume - source[segment]) * slopes[segment]


def standardise(volume: np.ndarray, foreground: np.ndarray) -> np.ndarray:
    """Mean 0 and standard deviation 1 over tissue."""
    tissue = volume[foreground].astype(float)
    if tissue.std() <= 1e-6 * abs(tissue.mean()):
        raise ValueError("the intensities are nearly constant")
    return ((volume - tissue.mean()) / tissue.std()).astype(np.float32)
