/**
 * Python that the tasks' PyTorch sources share; `files/pretrain.ts` of the export says what a `Task` is.
 */

export const pythonTuple = (values: readonly number[]): string => `(${values.join(', ')})`;

/** A module's docstring and imports. */
export function header(summary: string, source: string): string {
  return `"""${summary}

After ${source}.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
`;
}

/** As level.ts. */
const levelSource = `def level(patch, tissue):
    """Tissue less the linear function of position that fits it best; air lies on that function, at 0."""
    axes = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in patch.shape), indexing="ij")
    columns = np.stack([*(axis[tissue] for axis in axes), np.ones(tissue.sum())], 1)
    damping = np.diag([1e-3, 1e-3, 1e-3, 1e-9])
    fit = np.linalg.solve(columns.T @ columns + damping, columns.T @ patch[tissue])
    levelled = np.zeros(patch.shape)
    levelled[tissue] = patch[tissue] - columns @ fit
    return levelled`;

/** `cut`, `level`, `normalise` and `make_patch`, as patch.ts; they need the constants CONTRAST and LEVEL. */
export const patchSource = `
def cut(volume, corner, size):
    """The box of a volume [..., D, H, W] whose first voxel is at corner."""
    return volume[(..., *(slice(c, c + s) for c, s in zip(corner, size)))]


def normalise(patch):
    """Mean 0 and standard deviation 1; a constant patch becomes zeros."""
    centred = patch - patch.mean()
    deviation = centred.std()
    return centred / deviation if deviation > 1e-6 else np.zeros_like(patch)


${levelSource}


def make_patch(voxels, foreground, corner, size, rng=None):
    """[C, D, H, W] at a corner: without air, each channel normalised, contrast jittered where rng is given."""
    tissue = cut(foreground, corner, size).astype(bool)
    channels = []
    for channel in cut(voxels, corner, size):
        darkest = channel[tissue].min() if tissue.any() else 0.0
        patch = normalise(level(channel, tissue) if LEVEL else np.where(tissue, channel, darkest))
        if rng is not None and CONTRAST > 0:
            scale, gamma = rng.uniform(1 - CONTRAST, 1 + CONTRAST, 2)
            shift = rng.uniform(-CONTRAST, CONTRAST)
            patch = np.sign(patch) * np.abs(patch) ** gamma * scale + shift
        channels.append(patch)
    return np.stack(channels).astype(np.float32)
`;

/** `patch_corners`, as layout.ts; it needs the constants GRID, PATCH, GAP and JITTER. */
export const cornersSource = `
def patch_corners(rng=None):
    """First voxel of each cell's patch, depth slowest; patches sit in mid-cell without a generator."""
    corners = []
    for cell in np.ndindex(GRID, GRID, GRID):
        shift = [JITTER // 2] * 3 if rng is None else rng.integers(0, JITTER + 1, 3)
        corners.append([i * (p + JITTER + g) + s for i, p, g, s in zip(cell, PATCH, GAP, shift)])
    return corners
`;

/** A two-layer classifier of pooled features; `width`: a Python expression of `features`. */
export function classifierSource(classes: string, hidden: number, width = 'features'): string {
  return `
class Classifier(nn.Module):
    def __init__(self, features, hidden=${hidden}):
        super().__init__()
        self.hidden = nn.Linear(${width}, hidden)
        self.answer = nn.Linear(hidden, ${classes})

    def forward(self, features):
        return self.answer(F.relu(self.hidden(features)))
`;
}

/** `level`, `make_clip` and `draw_contrast`, as clip.ts; they need the constants CONTRAST and LEVEL. */
export const clipSource = `
def normalise(clip):
    """Mean 0 and standard deviation 1; a constant clip becomes zeros."""
    centred = clip - clip.mean()
    deviation = centred.std()
    return centred / deviation if deviation > 1e-6 else np.zeros_like(clip)


${levelSource}


def draw_contrast(rng):
    """Scale, gamma and shift that all frames share."""
    return *rng.uniform(1 - CONTRAST, 1 + CONTRAST, 2), rng.uniform(-CONTRAST, CONTRAST)


def make_clip(voxels, foreground, frames, contrast=None):
    """[C, len(frames), H, W]: without air, each channel normalised, then changed in contrast."""
    tissue = foreground[frames].astype(bool)
    channels = []
    for channel in voxels[:, frames]:
        darkest = channel[tissue].min() if tissue.any() else 0.0
        clip = normalise(level(channel, tissue) if LEVEL else np.where(tissue, channel, darkest))
        if contrast is not None and CONTRAST > 0:
            scale, gamma, shift = contrast
            clip = np.sign(clip) * np.abs(clip) ** gamma * scale + shift
        channels.append(clip)
    return np.stack(channels).astype(np.float32)
`;
