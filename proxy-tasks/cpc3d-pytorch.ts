/** Contrastive predictive coding as PyTorch source: `task.py` of an export. */
import type { CpcOptions } from './cpc3d.js';
import { cropSide, type Layout } from './shared/layout.js';
import { infoNceSource } from './shared/pytorch-contrast.js';
import { denseSource } from './shared/pytorch-heads.js';
import { acceptsPatchesSource, cornersSource, patchSource } from './shared/pytorch-patches.js';
import { header, pythonBool, pythonTuple } from './shared/pytorch.js';

const predictorSource = `
def pyramid():
    """[cells, cells]: row c holds, evenly, the cells of the inverted pyramid over c: in its own slab itself, one
    slab up its 3 x 3 neighbourhood, two up 5 x 5."""
    place = np.array(list(np.ndindex(GRID, GRID, GRID)))
    apart = place[:, None] - place
    up, aside = apart[..., 0], np.abs(apart[..., 1:]).max(-1)
    seen = (up >= 0) & (aside <= up)
    return seen / seen.sum(1, keepdims=True)


class Predictor(nn.Module):
    """Codes of patches, and what the context of a patch says of the codes below it."""

    def __init__(self, features, hidden, code):
        super().__init__()
        self.code = dense(features, code)
        self.context = dense(2 * code, hidden)
        self.ahead = nn.ModuleList(dense(hidden, code) for _ in range(STEPS))
        self.register_buffer("pyramid", torch.tensor(pyramid(), dtype=torch.float32))

    def forward(self, features):
        """Pairs of rows that belong together, predicted and there, for each number of slabs ahead."""
        codes = self.code(features).reshape(-1, GRID**3, self.code.out_features)
        context = F.relu(self.context(torch.cat([codes, self.pyramid @ codes], 2)))
        for slabs, predict in enumerate(self.ahead, start=1):
            cells = slabs * GRID**2
            yield predict(context[:, :-cells].flatten(0, 1)), codes[:, cells:].flatten(0, 1)
`;

export interface CpcSource {
  readonly options: CpcOptions;
  readonly layout: Layout;
  readonly channels: number;
  readonly batch: number;
}

export function cpcInPytorch({ options, layout, channels, batch }: CpcSource): string {
  return `${header(
    'Contrastive predictive coding: which code of the batch belongs below these patches?',
    'van den Oord et al. (arXiv 1807.03748); in 3D as in Taleb et al. (NeurIPS 2020)',
  )}
GRID = ${layout.grid}
PATCH = ${pythonTuple(layout.patch)}
GAP = ${pythonTuple(layout.gap)}
JITTER = ${layout.jitter}
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}
LEVEL = ${pythonBool(options.level)}
STEPS = ${options.steps}  # slabs of patches ahead
TEMPERATURE = ${options.temperature}

${cornersSource}
${patchSource}
${infoNceSource}
${denseSource}
${predictorSource}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "cpc3d"
    channels = ${channels}
    crop = ${pythonTuple(cropSide(layout))}
    metric = "accuracy"
    batch = ${batch}  # set by pretrain.py

    @property
    def chance(self):
        """Of c candidates each of c predictions finds the right one by chance: c in c * c, for each step."""
        return STEPS / sum(self.batch * (GRID - slabs) * GRID**2 for slabs in range(1, STEPS + 1))

${acceptsPatchesSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become patches, depth slowest."""
        patches = []
        for crop, mask in zip(voxels, foreground):
            for corner in patch_corners(rng):
                patches.append(make_patch(crop, mask, corner, PATCH, rng if train else None))
        return {"patches": torch.from_numpy(np.stack(patches))}

    def head(self, features, grid_of):
        return Predictor(features, hidden=${options.hidden}, code=${options.code})

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch: means over all predictions."""
        losses, accuracies, counts = [], [], []
        for predicted, there in head(encoder(batch["patches"]).mean((2, 3, 4))):
            similarity = unit_rows(predicted) @ unit_rows(there).T / TEMPERATURE
            right = torch.arange(len(predicted), device=predicted.device)
            loss, accuracy = info_nce(similarity, right)
            losses.append(loss * len(predicted))
            accuracies.append(accuracy * len(predicted))
            counts.append(len(predicted))
        return sum(losses) / sum(counts), {"accuracy": sum(accuracies) / sum(counts)}
`;
}
