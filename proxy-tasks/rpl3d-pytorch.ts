/** Relative patch location as PyTorch source: `task.py` of an export. */
import type { RplOptions } from './rpl3d.js';
import { cropSide, type Layout } from './shared/layout.js';
import { classifierSource } from './shared/pytorch-heads.js';
import { acceptsPatchesSource, cornersSource, patchSource } from './shared/pytorch-patches.js';
import { header, pythonBool, pythonTuple } from './shared/pytorch.js';

export function rplInPytorch(options: RplOptions, layout: Layout, channels: number): string {
  return `${header(
    'Relative patch location: where does a patch lie, seen from the centre of its 3 x 3 x 3 grid?',
    'Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020)',
  )}
GRID = 3
PATCH = ${pythonTuple(layout.patch)}
GAP = ${pythonTuple(layout.gap)}
JITTER = ${layout.jitter}
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}
LEVEL = ${pythonBool(options.level)}
CENTRE = 13
ASKED = ${options.neighbours}  # neighbours per crop
NEIGHBOURS = [cell for cell in range(GRID**3) if cell != CENTRE]

${cornersSource}
${patchSource}
${classifierSource('len(NEIGHBOURS)', options.hidden, '2 * features')}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "rpl3d"
    channels = ${channels}
    crop = ${pythonTuple(cropSide(layout))}
    metric = "accuracy"
    chance = 1 / len(NEIGHBOURS)
    label_smoothing = 0.0  # set by pretrain.py

${acceptsPatchesSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become the centre and ASKED neighbours of each crop."""
        patches, labels = [], []
        for crop, mask in zip(voxels, foreground):
            chosen = rng.permutation(len(NEIGHBOURS))[:ASKED]
            corners = patch_corners(rng)
            labels.extend(int(label) for label in chosen)
            for cell in [CENTRE, *(NEIGHBOURS[label] for label in chosen)]:
                patches.append(make_patch(crop, mask, corners[cell], PATCH, rng if train else None))
        return {"patches": torch.from_numpy(np.stack(patches)), "location": torch.tensor(labels)}

    def head(self, features, grid_of):
        return Classifier(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        features = encoder(batch["patches"]).mean((2, 3, 4))
        of_crops = features.reshape(-1, 1 + ASKED, features.shape[1])
        pairs = torch.cat([of_crops[:, :1].expand(-1, ASKED, -1), of_crops[:, 1:]], 2)
        logits = head(pairs.flatten(0, 1))
        loss = F.cross_entropy(logits, batch["location"], label_smoothing=self.label_smoothing)
        accuracy = (logits.argmax(1) == batch["location"]).float().mean()
        return loss, {"accuracy": accuracy}
`;
}
