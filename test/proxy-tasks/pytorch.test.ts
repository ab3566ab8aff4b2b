/**
 * The tasks' PyTorch sources, run on the same crops.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rotate, rotations } from '../../proxy-tasks/rotation3d-rotations.js';
import { cutPatch } from '../../proxy-tasks/shared/patch.js';
import { rngOf } from '../../src/core/random.js';
import { needsPython, python, runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { cropOf, planOf } from './support.js';

const names = ['jigsaw3d', 'rotation3d', 'rpl3d', 'order', 'pace'];

describe.skipIf(python === undefined)(`the PyTorch source ${needsPython}`, () => {
  const root = temporaryFolder();

  const written = (name: string): string => {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'task.py'), planOf(name).pytorch?.() ?? '');
    return folder;
  };

  it.each(names)('of %s has the same crop, chance and shapes, and gives a finite loss', (name) => {
    const plan = planOf(name);
    const printed = runPython(
      `import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, torch
from task import Task
torch.manual_seed(0)
task = Task()
rng = np.random.default_rng(0)
voxels = rng.normal(size=(3, 1, *task.crop))
foreground = np.ones((3, *task.crop), dtype=bool)
batch = task.make_batch(voxels, foreground, rng)
encoder = torch.nn.Conv3d(1, 5, 3, padding=1)
loss, metrics = task.loss(encoder, task.head(5), batch)
print(json.dumps({
    "crop": task.crop, "chance": task.chance, "metric": task.metric in metrics,
    "accepts": bool(task.accepts(foreground[0])), "refuses": not task.accepts(0 * foreground[0]),
    "loss": bool(torch.isfinite(loss)), "shapes": {k: list(v.shape) for k, v in batch.items()},
}))`,
      [written(name)],
    );
    const shapes = Object.fromEntries(plan.inputs.map((input) => [input.name, input.shape]));
    expect(JSON.parse(printed)).toEqual({
      crop: plan.crop,
      chance: plan.chance,
      metric: true,
      accepts: true,
      refuses: true,
      loss: true,
      shapes,
    });
  });

  it.each([true, false])('cuts patches as voxolve does (levelled: %s)', (level) => {
    const crop = cropOf([5, 6, 7]);
    const ours = new Float32Array(60);
    cutPatch(crop, [0, 1, 2], [3, 4, 5], { contrast: 0, level }, rngOf('none'), ours);
    const folder = join(root, `level-${level}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'task.py'), planOf('rotation3d', { level }).pytorch?.() ?? '');
    const given = JSON.stringify({ voxels: [...crop.voxels], foreground: [...crop.foreground] });
    writeFileSync(join(folder, 'crop.json'), given);
    const printed = runPython(
      `import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from task import make_patch
crop = json.load(open(sys.argv[1] + "/crop.json"))
voxels = np.reshape(crop["voxels"], (1, 5, 6, 7))
foreground = np.reshape(crop["foreground"], (5, 6, 7))
print(json.dumps(make_patch(voxels, foreground, (0, 1, 2), (3, 4, 5)).ravel().tolist()))`,
      [folder],
    );
    (JSON.parse(printed) as number[]).forEach((value, i) => expect(value).toBeCloseTo(ours[i] ?? NaN, 4));
  });

  it('of rotation3d turns cubes as voxolve does', () => {
    const cube = Float32Array.from({ length: 27 }, (_, i) => i);
    const ours = rotations(10).map((choice) => {
      const target = new Float32Array(27);
      rotate(cube, 3, choice, target);
      return [...target];
    });
    const printed = runPython(
      `import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from task import ROTATIONS, rotate
cube = np.arange(27).reshape(1, 3, 3, 3)
print(json.dumps([rotate(cube, rotation).ravel().tolist() for rotation in ROTATIONS]))`,
      [written('rotation3d')],
    );
    expect(JSON.parse(printed)).toEqual(ours);
  });
});
