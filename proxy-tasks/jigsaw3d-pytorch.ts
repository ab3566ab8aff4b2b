/**
 * The puzzle task as PyTorch source: `task.py` of an export. `test/proxy-tasks` compares it with jigsaw3d.ts.
 */
import type { JigsawOptions } from './jigsaw3d.js';
import { cropSide, type Layout } from './shared/layout.js';
import { denseSource } from './shared/pytorch-heads.js';
import { acceptsPatchesSource, cornersSource, patchSource } from './shared/pytorch-patches.js';
import { header, pythonBool, pythonTuple } from './shared/pytorch.js';

export interface JigsawSource {
  readonly options: JigsawOptions;
  readonly layout: Layout;
  readonly choices: readonly (readonly number[])[];
  readonly channels: number;
}

const paper = 'Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020)';

export function jigsawInPytorch({ options, layout, choices, channels }: JigsawSource): string {
  return `${header('3D puzzle reassembly: which permutation were the patches of a crop shown in?', paper)}
GRID = ${layout.grid}
CELLS = GRID**3
PATCH = ${pythonTuple(layout.patch)}
GAP = ${pythonTuple(layout.gap)}
JITTER = ${layout.jitter}
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}
LEVEL = ${pythonBool(options.level)}
# PERMUTATIONS[k][place] is the cell that puzzle k shows at that place.
PERMUTATIONS = [
${choices.map((permutation) => `    [${permutation.join(', ')}],`).join('\n')}
]

${cornersSource}
${patchSource}
${denseSource}

class AssignmentHead(nn.Module):
    """Scores each patch against each cell; a permutation's logit is the sum of the scores it selects."""

    def __init__(self, features, hidden=${options.hidden}):
        super().__init__()
        self.hidden = dense(2 * features, hidden)
        self.score = dense(hidden, CELLS)
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
        self.hidden = dense(CELLS * features, hidden)
        self.permutation = dense(hidden, len(PERMUTATIONS))

    def forward(self, features):
        return self.permutation(F.relu(self.hidden(features.reshape(-1, CELLS * features.shape[1]))))


class Task:
    """What pretrain.py needs of a proxy task."""

    name = "jigsaw3d"
    channels = ${channels}
    crop = ${pythonTuple(cropSide(layout))}
    metric = "accuracy"
    chance = 1 / len(PERMUTATIONS)
    label_smoothing = 0.0  # set by pretrain.py

${acceptsPatchesSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become patches and the permutation's index."""
        patches, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(PERMUTATIONS)))
            corners = patch_corners(rng)
            labels.append(label)
            jitter = rng if train else None
            patches += [
                make_patch(crop, mask, corners[cell], PATCH, jitter) for cell in PERMUTATIONS[label]
            ]
        return {"patches": torch.from_numpy(np.stack(patches)), "permutation": torch.tensor(labels)}

    def head(self, features, grid_of):
        return ${options.head === 'assignment' ? 'AssignmentHead' : 'DenseHead'}(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        logits = head(encoder(batch["patches"]).mean((2, 3, 4)))
        loss = F.cross_entropy(logits, batch["permutation"], label_smoothing=self.label_smoothing)
        accuracy = (logits.argmax(1) == batch["permutation"]).float().mean()
        return loss, {"accuracy": accuracy}
`;
}
