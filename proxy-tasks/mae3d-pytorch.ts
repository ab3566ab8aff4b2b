/** Masked autoencoding as PyTorch source: `task.py` of an export. */
import type { MaeOptions } from './mae3d.js';
import { tripleOf } from './shared/options.js';
import { decoderSource, explainedSource } from './shared/pytorch-heads.js';
import { flattenSource, jitterSource } from './shared/pytorch-patches.js';
import { acceptsSource, header, pythonTuple } from './shared/pytorch.js';

export function maeInPytorch(options: MaeOptions, channels: number): string {
  return `${header(
    'Masked autoencoding: blocks of a crop are blanked; what was there?',
    'He et al., "Masked Autoencoders Are Scalable Vision Learners" (CVPR 2022)',
  )}
SIZE = ${pythonTuple(tripleOf(options.size))}
BLOCK = ${pythonTuple(tripleOf(options.block))}
RATIO = ${options.ratio}  # share of the blocks that is masked
CONTRAST = ${options.contrast}
FOREGROUND = ${options.foreground}

${flattenSource}
${jitterSource}

def block_mask(rng):
    """[D, H, W], True where a voxel is hidden: whole blocks of a grid, and RATIO of them."""
    blocks = [-(-side // block) for side, block in zip(SIZE, BLOCK)]
    count = int(np.prod(blocks))
    hidden = rng.permutation(count) < max(1, int(RATIO * count + 0.5))
    mask = hidden.reshape(blocks)
    for axis, block in enumerate(BLOCK):
        mask = mask.repeat(block, axis)
    depth, height, width = SIZE
    return mask[:depth, :height, :width]

${decoderSource}
${explainedSource}

class Task:
    """What pretrain.py needs of a proxy task."""

    name = "mae3d"
    channels = ${channels}
    crop = SIZE
    metric = "explained"
    chance = 0.0

${acceptsSource}
    def make_batch(self, voxels, foreground, rng, train=True):
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become crops with and without their masks."""
        targets, masks = [], []
        for crop, tissue in zip(voxels, foreground):
            target = [normalise(flatten_air(channel, tissue.astype(bool))) for channel in crop]
            if train:
                target = [jitter_contrast(channel, rng) for channel in target]
            targets.append(target)
            masks.append([block_mask(rng)] * len(target))
        target = torch.from_numpy(np.array(targets, np.float32))
        mask = torch.from_numpy(np.array(masks, np.float32))
        return {"masked": target * (1 - mask), "target": target, "mask": mask}

    def head(self, features, grid_of):
        return Decoder(features, grid_of(SIZE), self.channels, SIZE)

    def loss(self, encoder, head, batch):
        """Returns the loss, over masked voxels only, and the metrics of a batch."""
        target, mask = batch["target"], batch["mask"]
        drawn = head(encoder(batch["masked"]))
        loss = (mask * (drawn - target) ** 2).sum() / (mask.sum() + 1e-6)
        return loss, {"explained": explained(drawn, target, mask)}
`;
}
