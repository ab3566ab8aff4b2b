/** Rotation prediction as PyTorch source: `task.py` of an export. */
import type { RotationOptions } from './rotation3d.js';
import type { Rotation } from './rotation3d-rotations.js';
import { classifierSource } from './shared/pytorch-heads.js';
import { patchSource } from './shared/pytorch-patches.js';
import { acceptsSource, header, pythonBool } from './shared/pytorch.js';

export function rotationInPytorch(
  options: RotationOptions,
  choices: readonly Rotation[],
  channels: number,
): string {
  const rows = choices.map(
    ({ axes, reversed }) => `    ((${axes.join(', ')}), (${reversed.map(pythonBool).join(', ')})),`,
  );
  return `${header(
    'Rotation prediction: by which rotation was a cube turned?',
    'Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020)',
  )}
SIDE = ${options.side}
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}
LEVEL = ${pythonBool(options.level)}
# Along which axis of the upright cube each axis of the turned one runs, and whether backwards.
ROTATIONS = [
${rows.join('\n')}
]

${patchSource}

def rotate(cube, rotation):
    """[C, D, H, W], by permuting indices; nothing is resampled."""
    axes, backwards = rotation
    turned = cube.transpose(0, *(axis + 1 for axis in axes))
    return np.flip(turned, [i + 1 for i, back in enumerate(backwards) if back])

${classifierSource('len(ROTATIONS)', options.hidden)}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "rotation3d"
    channels = ${channels}
    crop = (SIDE, SIDE, SIDE)
    metric = "accuracy"
    chance = 1 / len(ROTATIONS)
    label_smoothing = 0.0  # set by pretrain.py

${acceptsSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become turned cubes and their rotations."""
        cubes, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(ROTATIONS)))
            upright = make_patch(crop, mask, (0, 0, 0), self.crop, rng if train else None)
            labels.append(label)
            cubes.append(rotate(upright, ROTATIONS[label]))
        return {"cubes": torch.from_numpy(np.stack(cubes)), "rotation": torch.tensor(labels)}

    def head(self, features, grid_of):
        return Classifier(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        logits = head(encoder(batch["cubes"]).mean((2, 3, 4)))
        loss = F.cross_entropy(logits, batch["rotation"], label_smoothing=self.label_smoothing)
        accuracy = (logits.argmax(1) == batch["rotation"]).float().mean()
        return loss, {"accuracy": accuracy}
`;
}
