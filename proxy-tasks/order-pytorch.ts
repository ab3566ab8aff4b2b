/** Clip order as PyTorch source: `task.py` of an export. */
import type { OrderOptions, Orders } from './order.js';
import { classifierSource } from './shared/pytorch-heads.js';
import { clipSource } from './shared/pytorch-patches.js';
import { acceptsSource, header, pythonBool } from './shared/pytorch.js';

export function orderInPytorch(
  options: OrderOptions,
  { orders, classes, count }: Orders,
  channels: number,
): string {
  return `${header(
    'Clip order: in which order are the clips of a film shown?',
    'Xu et al., "Video Clip Order Prediction" (CVPR 2019)',
  )}
CLIPS = ${options.clips}
FRAMES = ${options.frames}
GAP = ${options.gap}
JITTER = ${options.jitter}
CONTRAST = ${options.contrast}
LEVEL = ${pythonBool(options.level)}
FOREGROUND = ${options.foreground}
# ORDERS[k][place] is the clip shown at that place, LABELS[k] the class of that order.
ORDERS = [${orders.map((shown) => `[${shown.join(', ')}]`).join(', ')}]
LABELS = [${classes.join(', ')}]
CLASSES = ${count}

${clipSource}
${classifierSource('CLASSES', options.hidden, 'CLIPS * features')}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "order"
    channels = ${channels}
    crop = (CLIPS * (FRAMES + JITTER) + (CLIPS - 1) * GAP, ${options.height}, ${options.width})
    metric = "accuracy"
    chance = 1 / CLASSES
    label_smoothing = 0.0  # set by pretrain.py

${acceptsSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, frames, H, W] and foreground [B, frames, H, W] become clips and their order."""
        clips, labels = [], []
        for crop, mask in zip(voxels, foreground):
            order = int(rng.integers(len(ORDERS)))
            starts = [i * (FRAMES + JITTER + GAP) + rng.integers(0, JITTER + 1) for i in range(CLIPS)]
            jitter = draw_contrast(rng) if train else None
            labels.append(LABELS[order])
            for clip in ORDERS[order]:
                clips.append(make_clip(crop, mask, starts[clip] + np.arange(FRAMES), jitter))
        return {"clips": torch.from_numpy(np.stack(clips)), "order": torch.tensor(labels)}

    def head(self, features, grid_of):
        return Classifier(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        features = encoder(batch["clips"]).mean((2, 3, 4))
        logits = head(features.reshape(-1, CLIPS * features.shape[1]))
        loss = F.cross_entropy(logits, batch["order"], label_smoothing=self.label_smoothing)
        accuracy = (logits.argmax(1) == batch["order"]).float().mean()
        return loss, {"accuracy": accuracy}
`;
}
