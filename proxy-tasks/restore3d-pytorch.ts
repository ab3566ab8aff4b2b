/** Restoration as PyTorch source: `task.py` of an export. `test/proxy-tasks` compares it with restore3d.ts. */
import type { RestoreOptions } from './restore3d.js';
import { tripleOf } from './shared/options.js';
import { decoderSource, explainedSource } from './shared/pytorch-heads.js';
import { flattenSource, flipSource } from './shared/pytorch-patches.js';
import { acceptsSource, header, pythonTuple } from './shared/pytorch.js';

/** As restore3d-corruptions.ts. Each takes one normalised channel [D, H, W] and marks in `lost` what it destroys. */
const corruptionsSource = `
def bezier(points, t):
    """A cubic Bezier curve's coordinate at t."""
    a, b, c, d = points
    return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def map_intensities(channel, rng):
    """Mapped by a monotone Bezier curve over the channel's range, rising or falling."""
    first, last = (0, 1) if rng.random() < 0.5 else (1, 0)
    x = (0, *rng.random(2), 1)
    y = (first, *rng.random(2), last)
    low, high = channel.min(), channel.max()
    if high <= low:
        return channel
    t = np.arange(1025) / 1024
    abscissae = np.linspace(0, 1, 256)
    reached = np.searchsorted(bezier(x, t), abscissae).clip(max=1024)
    table = bezier(y, t)[reached]
    return low + (high - low) * np.interp((channel - low) / (high - low), abscissae, table)


def draw_box(shape, low, high, rng):
    """Slices of a box with sides of low to high times the shape's, at least two voxels, anywhere inside."""
    box = []
    for side in shape:
        extent = min(side, max(2, int(side * rng.uniform(low, high) + 0.5)))
        start = rng.integers(side - extent + 1)
        box.append(slice(start, start + extent))
    return tuple(box)


def shuffle_locally(channel, lost, rng):
    """Voxels shuffled within many small boxes."""
    shuffled = channel.copy()
    for _ in range(-(-channel.size // 60)):
        box = draw_box(channel.shape, 0.05, 0.15, rng)
        shuffled[box] = rng.permutation(shuffled[box].ravel()).reshape(shuffled[box].shape)
        lost[box] = True
    return shuffled


def draw_boxes(shape, low, high, rng):
    """[D, H, W], True in one to five boxes."""
    inside = np.zeros(shape, bool)
    inside[draw_box(shape, low, high, rng)] = True
    for _ in range(4):
        if rng.random() >= 0.95:
            break
        inside[draw_box(shape, low, high, rng)] = True
    return inside


def paint(channel, lost, rng):
    """Noise in a few boxes, or in all but a few larger ones."""
    if rng.random() < OUTSIDE:
        painted = ~draw_boxes(channel.shape, 3 / 7, 4 / 7, rng)
    else:
        painted = draw_boxes(channel.shape, 1 / 6, 1 / 3, rng)
    lost |= painted
    return np.where(painted, rng.standard_normal(channel.shape), channel)


def corrupt(channel, rng):
    """A channel shuffled, mapped and painted, and where its voxels were lost; a map alone loses none."""
    lost = np.zeros(channel.shape, bool)
    shuffles = rng.random() < SHUFFLE
    if shuffles:
        channel = shuffle_locally(channel, lost, rng)
    if rng.random() < INTENSITIES:
        channel = map_intensities(channel, rng)
    if not shuffles or rng.random() < PAINT:
        channel = paint(channel, lost, rng)
    return channel, lost
`;

export function restoreInPytorch(options: RestoreOptions, channels: number): string {
  return `${header(
    'Restoration: a crop is corrupted in several ways; what did it look like?',
    'Zhou et al., "Models Genesis" (MICCAI 2019)',
  )}
SIZE = ${pythonTuple(tripleOf(options.size))}
# Probabilities: of a map of intensities, of shuffling, of painting what was shuffled (what was not always is), of
# painting the outside instead of the inside, of a flip along each axis.
INTENSITIES = ${options.intensities}
SHUFFLE = ${options.shuffle}
PAINT = ${options.paint}
OUTSIDE = ${options.outside}
FLIPS = ${options.flips}
FOREGROUND = ${options.foreground}

${flattenSource}
${flipSource}
${corruptionsSource}
${decoderSource}
${explainedSource}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "restore3d"
    channels = ${channels}
    crop = SIZE
    metric = "explained"
    chance = 0.0

${acceptsSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become crops before and after corruption."""
        corrupted, targets, lost = [], [], []
        for crop, tissue in zip(voxels, foreground):
            target = [normalise(flatten_air(channel, tissue.astype(bool))) for channel in crop]
            target = random_flip(np.stack(target), rng) if train else target
            targets.append(target)
            for channel in target:
                damaged, where = corrupt(channel, rng)
                corrupted.append(damaged)
                lost.append(where)
        target = torch.from_numpy(np.array(targets, np.float32))
        return {
            "corrupted": torch.from_numpy(np.array(corrupted, np.float32)).reshape(target.shape),
            "target": target,
            "lost": torch.from_numpy(np.array(lost, np.float32)).reshape(target.shape),
        }

    def head(self, features, grid_of):
        return Decoder(features, grid_of(SIZE), self.channels, SIZE)

    def loss(self, encoder, head, batch):
        """Returns the loss, over all voxels, and the metrics of a batch; they count lost voxels."""
        drawn = head(encoder(batch["corrupted"]))
        loss = F.mse_loss(drawn, batch["target"])
        return loss, {"explained": explained(drawn, batch["target"], batch["lost"])}
`;
}
