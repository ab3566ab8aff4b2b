/** Pace prediction as PyTorch source: `task.py` of an export. */
import type { PaceOptions } from './pace.js';
import { classifierSource } from './shared/pytorch-heads.js';
import { clipSource } from './shared/pytorch-patches.js';
import { acceptsSource, header, pythonBool } from './shared/pytorch.js';

export function paceInPytorch(options: PaceOptions, channels: number): string {
  return `${header(
    'Pace prediction: at which rate is a clip played?',
    'Wang et al., "Self-supervised Video Representation Learning by Pace Prediction" (ECCV 2020)',
  )}
FRAMES = ${options.frames}
RATES = [${options.rates.join(', ')}]
LENGTH = (FRAMES - 1) * max(RATES) + 1
CONTRAST = ${options.contrast}
LEVEL = ${pythonBool(options.level)}
FOREGROUND = ${options.foreground}

${clipSource}
${classifierSource('len(RATES)', options.hidden)}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "pace"
    channels = ${channels}
    crop = (LENGTH, ${options.height}, ${options.width})
    metric = "accuracy"
    chance = 1 / len(RATES)
    label_smoothing = 0.0  # set by pretrain.py

${acceptsSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, frames, H, W] and foreground [B, frames, H, W] become clips and the index of their rate."""
        clips, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(RATES)))
            rate = RATES[label]
            start = rng.integers(0, LENGTH - (FRAMES - 1) * rate)
            labels.append(label)
            frames = start + rate * np.arange(FRAMES)
            clips.append(make_clip(crop, mask, frames, draw_contrast(rng) if train else None))
        return {"clips": torch.from_numpy(np.stack(clips)), "pace": torch.tensor(labels)}

    def head(self, features, grid_of):
        return Classifier(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        logits = head(encoder(batch["clips"]).mean((2, 3, 4)))
        loss = F.cross_entropy(logits, batch["pace"], label_smoothing=self.label_smoothing)
        accuracy = (logits.argmax(1) == batch["pace"]).float().mean()
        return loss, {"accuracy": accuracy}
`;
}
