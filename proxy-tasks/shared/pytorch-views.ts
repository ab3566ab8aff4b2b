/**
 * Python for tasks that compare two views of each crop: what `views.ts` and `view-pairs.ts` do.
 */
import { embeddingSource } from './pytorch-heads.js';
import { partnersSource } from './pytorch-contrast.js';
import { flattenSource, flipSource, jitterSource } from './pytorch-patches.js';
import { acceptsSource, header, pythonTuple } from './pytorch.js';
import { tripleOf } from './options.js';
import { viewCrop, type ViewOptions } from './views.js';

export interface PairsSource {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: ViewOptions & { readonly hidden: number; readonly width: number };
  readonly channels: number;
  readonly batch: number;
  /** Constants, one a line, and functions of the loss. */
  readonly constants: string;
  readonly functions: string;
  /** Of `loss`, which has embeddings `z` of all views: sets `loss` and `accuracy`. */
  readonly body: string;
}

/** `draw_view`, as views.ts. */
const viewsSource = `${flattenSource}
${jitterSource}
${flipSource}

def sample_line(voxels, axis, start, side, scale):
    """An axis read at side places, one every scale voxels; linear between voxels."""
    extent = voxels.shape[axis]
    places = np.clip(start + (np.arange(side) + 0.5) * scale - 0.5, 0, extent - 1)
    below = np.minimum(places.astype(int), max(0, extent - 2))
    weight = (places - below).reshape([-1 if i == axis else 1 for i in range(voxels.ndim)])
    low, high = voxels.take(below, axis), voxels.take(np.minimum(below + 1, extent - 1), axis)
    return low + (high - low) * weight


def draw_view(voxels, rng):
    """A box within a crop [C, D, H, W] without air: at a random place and scale, mirrored, normalised, changed
    in contrast and made noisy."""
    scale = rng.uniform(1 - ZOOM, 1 + ZOOM)
    view = voxels
    for axis, side in enumerate(SIZE, start=1):
        start = rng.uniform(0, max(0, voxels.shape[axis] - side * scale))
        view = sample_line(view, axis, start, side, scale)
    view = random_flip(np.stack([normalise(channel) for channel in view]), rng)
    view = np.stack([jitter_contrast(channel, rng) for channel in view])
    return view + NOISE * rng.standard_normal(view.shape)
`;

export function pairsInPytorch(task: PairsSource): string {
  const { name, options, channels, batch } = task;
  return `${header(task.summary, task.source)}
SIZE = ${pythonTuple(tripleOf(options.size))}
ZOOM = ${options.zoom}
FLIPS = ${options.flips}
NOISE = ${options.noise}
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}
${task.constants}
${viewsSource}
${partnersSource}${task.functions}
${embeddingSource(options.hidden, options.width)}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "${name}"
    channels = ${channels}
    crop = ${pythonTuple(viewCrop(options))}
    metric = "accuracy"
    batch = ${batch}  # set by pretrain.py

    @property
    def chance(self):
        return 1 / (2 * self.batch - 1)

${acceptsSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become views; rows i and i + B are of crop i."""
        if len(voxels) < 2:
            raise ValueError("crops are compared with each other: a batch needs at least 2")
        cleared = [
            np.stack([flatten_air(channel, mask.astype(bool)) for channel in crop])
            for crop, mask in zip(voxels, foreground)
        ]
        views = [draw_view(crop, rng) for crop in cleared * 2]
        return {"views": torch.from_numpy(np.stack(views).astype(np.float32))}

    def head(self, features, grid_of):
        return Embedding(features)

    def loss(self, encoder, head, batch):
        """Returns the loss and the metrics of a batch."""
        z = head(encoder(batch["views"]))
${task.body}
        return loss, {"accuracy": accuracy}
`;
}
