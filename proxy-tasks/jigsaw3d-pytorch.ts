/**
 * The puzzle task as PyTorch source: `task.py` of an export. `test/proxy-tasks` compares it with jigsaw3d.ts.
 */
import type { JigsawOptions } from './jigsaw3d.js';
import type { Layout } from './jigsaw3d-layout.js';

export interface JigsawSource {
  readonly options: JigsawOptions;
  readonly layout: Layout;
  readonly choices: readonly (readonly number[])[];
  readonly channels: number;
}

const pythonTuple = (values: readonly number[]): string => `(${values.join(', ')})`;

export function jigsawInPytorch({ options, layout, choices, channels }: JigsawSource): string {
  const side = layout.patch.map(
    (p, axis) => layout.grid * (p + layout.jitter) + (layout.grid - 1) * (layout.gap[axis] ?? 0),
  );
  return `"""3D puzzle reassembly: which permutation were the patches of a crop shown in?

After Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020).
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

GRID = ${layout.grid}
CELLS = GRID**3
PATCH = ${pythonTuple(layout.patch)}
GAP = ${pythonTuple(layout.gap)}
JITTER = ${layout.jitter}
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}
# PERMUTATIONS[k][place] is the cell that puzzle k shows at that place.
PERMUTATIONS = [
${choices.map((permutation) => `    [${permutation.join(', ')}],`).join('\n')}
]


def patch_corners(rng=None):
    """First voxel of each cell's patch, depth slowest; patches sit in mid-cell without a generator."""
    corners = []
    for cell in np.ndindex(GRID, GRID, GRID):
        shift = [JITTER // 2] * 3 if rng is None else rng.integers(0, JITTER + 1, 3)
        corners.append([i * (p + JITTER + g) + s for i, p, g, s in zip(cell, PATCH, GAP, shift)])
    return corners


def cut(volume, corner):
    return volume[tuple(slice(None) for _ in volume.shape[:-3]) + tuple(slice(c, c + p) for c, p in zip(corner, PATCH))]


def normalise(patch):
    """Mean 0 and standard deviation 1; a constant patch becomes zeros."""
    centred = patch - patch.mean()
    deviation = centred.std()
    return centred / deviation if deviation > 1e-6 else np.zeros_like(patch)


def make_patch(voxels, foreground, corner, rng=None):
    """[C, D, H, W] at a corner: air flattened, each channel normalised, contrast jittered where rng is given."""
    tissue = cut(foreground, corner).astype(bool)
    channels = []
    for channel in cut(voxels, corner):
        darkest = channel[tissue].min() if tissue.any() else 0.0
        patch = normalise(np.where(tissue, channel, darkest))
        if rng is not None and CONTRAST > 0:
            scale, gamma = rng.uniform(1 - CONTRAST, 1 + CONTRAST, 2)
            shift = rng.uniform(-CONTRAST, CONTRAST)
            patch = np.sign(patch) * np.abs(patch) ** gamma * scale + shift
        channels.append(patch)
    return np.stack(channels).astype(np.float32)


class AssignmentHead(nn.Module):
    """Scores each patch against each cell; a permutation's logit is the sum of the scores it selects."""

    def __init__(self, features, hidden=${options.hidden}):
        super().__init__()
        self.hidden = nn.Linear(2 * features, hidden)
        self.score = nn.Linear(hidden, CELLS)
        selection = torch.zeros(CELLS * CELLS, len(PERMUTATIONS))
        for k, permutation in enumerate(PERMUTATIONS):
            for place, cell in enumerate(permutation):
                selection[place * CELLS + cell, k] = 1
        self.register_buffer("selection", selection)

    def forward(self, features):
        grouped = features.reshape(-1, CELLS, features.shape[1])
        mean = grouped.mean(1, keepdim=True)
        joined = torch.cat([grouped - mean, mean.expand_as(grouped)], 2)
        scores = self.score(F.relu(self.hidden(joined)))
        return scores.flatten(1) @ self.selection


class DenseHead(nn.Module):
    """All patches' features side by side, one hidden layer."""

    def __init__(self, features, hidden=${options.hidden}):
        super().__init__()
        self.hidden = nn.Linear(CELLS * features, hidden)
        self.permutation = nn.Linear(hidden, len(PERMUTATIONS))

    def forward(self, features):
        return self.permutation(F.relu(self.hidden(features.reshape(-1, CELLS * features.shape[1]))))


class Task:
    """What pretrain.py needs of a proxy task."""

    name = "jigsaw3d"
    channels = ${channels}
    crop = ${pythonTuple(side)}
    metric = "accuracy"
    chance = 1 / len(PERMUTATIONS)

    def accepts(self, foreground):
        """Whether every cell of a crop's foreground [D, H, W] holds enough tissue."""
        return all(cut(foreground, corner).mean() >= FOREGROUND for corner in patch_corners())

    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become patches and the permutation's index."""
        patches, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(PERMUTATIONS)))
            corners = patch_corners(rng)
            labels.append(label)
            patches += [make_patch(crop, mask, corners[cell], rng if train else None) for cell in PERMUTATIONS[label]]
        return {"patches": torch.from_numpy(np.stack(patches)), "permutation": torch.tensor(labels)}

    def head(self, features):
        return ${options.head === 'assignment' ? 'AssignmentHead' : 'DenseHead'}(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        logits = head(encoder(batch["patches"]).mean((2, 3, 4)))
        loss = F.cross_entropy(logits, batch["permutation"])
        accuracy = (logits.argmax(1) == batch["permutation"]).float().mean()
        return loss, {"accuracy": accuracy}
`;
}
