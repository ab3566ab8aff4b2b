/**
 * Several tasks as PyTorch source: each keeps the module that it has by itself, and `task.py` adds them up.
 */
import type { Shape } from '../src/core/tensor.js';
import type { PythonSource } from '../src/tasks/task.js';
import { pythonTuple } from './shared/pytorch.js';

export interface PartSource {
  readonly name: string;
  /** Of all weights, this task's share. */
  readonly share: number;
  /** Whether it looks at crops itself, besides at their share of tissue. */
  readonly picky: boolean;
  readonly source: PythonSource;
}

export interface MultiSource {
  readonly parts: readonly PartSource[];
  readonly crop: Shape;
  readonly foreground: number;
  readonly channels: number;
  readonly batch: number;
}

/** `task.py` and a `task_NAME.py` for each part. */
export function multiInPytorch({ parts, ...task }: MultiSource): Readonly<Record<string, string>> {
  const modules = parts.map(({ name, source }): [string, string] => {
    if (typeof source !== 'string')
      throw new Error(`${name} has several files: it cannot be a part of multi`);
    return [`task_${name}.py`, source];
  });
  return { 'task.py': taskSource({ parts, ...task }), ...Object.fromEntries(modules) };
}

function taskSource({ parts, crop, foreground, channels, batch }: MultiSource): string {
  const imports = parts.map(({ name }) => `import task_${name}`);
  const shares = parts.map(({ name, share }) => `    "${name}": ${share},`);
  const picky = parts.filter((part) => part.picky).map(({ name }) => `"${name}"`);
  const tasks = parts.map(({ name }) => `            "${name}": task_${name}.Task(),`);
  return `"""Several tasks on one encoder, each with its own head; their losses are added with their weights.

After Doersch & Zisserman, "Multi-task Self-Supervised Visual Learning" (ICCV 2017).
"""
import numpy as np
from torch import nn

${imports.join('\n')}

# Each task's share of the loss and of the score.
SHARES = {
${shares.join('\n')}
}
FOREGROUND = ${foreground}
PICKY = [${picky.join(', ')}]  # look closer at a crop than at its share of tissue


def cut(volumes, size, rng=None):
    """A box of size voxels of volumes [D, H, W], all at one random place; in the middle without a generator."""
    corner = [
        (n - s) // 2 if rng is None else rng.integers(n - s + 1)
        for n, s in zip(volumes[0].shape[-3:], size)
    ]
    box = tuple(slice(start, start + s) for start, s in zip(corner, size))
    return [volume[(..., *box)] for volume in volumes]


class Task:
    """What pretrain.py needs of a proxy task."""

    name = "multi"
    channels = ${channels}
    crop = ${pythonTuple(crop)}
    metric = "score"
    chance = 0.0
    label_smoothing = 0.0  # these two are set by pretrain.py
    batch = ${batch}

    def __init__(self):
        self.tasks = {
${tasks.join('\n')}
        }

    def accepts(self, foreground):
        """Whether a crop's foreground [D, H, W] holds enough tissue, and so does its middle for those who ask."""
        if foreground.mean() < FOREGROUND:
            return False
        middles = {name: cut([foreground], self.tasks[name].crop)[0] for name in PICKY}
        return all(self.tasks[name].accepts(middle) for name, middle in middles.items())

    def make_batch(self, voxels, foreground, rng, train=True):
        """Every task asks about a random part of each crop; its inputs have its name in front."""
        batch = {}
        for name, task in self.tasks.items():
            parts = [cut(crop, task.crop, rng) for crop in zip(voxels, foreground)]
            own = task.make_batch(*(np.stack(arrays) for arrays in zip(*parts)), rng, train)
            batch.update({f"{name}.{key}": value for key, value in own.items()})
        return batch

    def head(self, features, grid_of):
        return nn.ModuleDict(
            {name: task.head(features, grid_of) for name, task in self.tasks.items()}
        )

    def loss(self, encoder, heads, batch):
        """Returns the loss and the metrics of a batch; the score has chance at 0 and the best at 1."""
        total, score, metrics = 0, 0, {}
        for name, task in self.tasks.items():
            task.label_smoothing, task.batch = self.label_smoothing, self.batch
            own = {key.split(".")[1]: batch[key] for key in batch if key.split(".")[0] == name}
            loss, found = task.loss(encoder, heads[name], own)
            gain = (found[task.metric] - task.chance) / (1 - task.chance)
            total = total + SHARES[name] * loss
            score = score + SHARES[name] * gain
            metrics.update({f"{name}.{key}": value for key, value in found.items()})
        return total, {**metrics, "score": score}
`;
}
