/**
 * The Python of the tasks, run on the same crops.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { rotate, rotations } from '../../proxy-tasks/rotation3d-rotations.js';
import { cutPatch } from '../../proxy-tasks/shared/patch.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { needsPython, python, runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { pythonFolders, runTasks, writeSettings, type PythonTask, type TaskCase } from './python-tasks.js';
import { cropOf, planOf, small } from './support.js';

const cpc = { name: 'cpc3d', options: { grid: 2, patch: 5 } };

const cases: readonly (readonly [string, TaskCase])[] = [
  ...Object.keys(proxyTasks).map((name): [string, TaskCase] => [name, { name, mode: 'train' }]),
  ...(
    [
      { name: 'jigsaw3d', options: { ...small['jigsaw3d'], head: 'dense' }, mode: 'evaluate' },
      { name: 'rpl3d', mode: 'evaluate' },
      { name: 'cpc3d', options: { grid: 4, patch: 5, jitter: 2, steps: 3, level: false }, mode: 'evaluate' },
      { name: 'mae3d', options: { size: [9, 10, 11], block: 4, ratio: 0.3 }, mode: 'evaluate' },
      { name: 'restore3d', options: { size: [9, 10, 11], outside: 1, intensities: 0 }, mode: 'evaluate' },
      { name: 'restore3d', options: { size: [9, 10, 11], shuffle: 0, outside: 0 }, mode: 'evaluate' },
      { name: 'exemplar3d', options: { size: [8, 9, 10], contrast: 0, loss: 'triplet' }, mode: 'evaluate' },
      { name: 'vicreg3d', options: { size: 9, contrast: 0, shift: 0, flips: 0, noise: 0 }, mode: 'evaluate' },
      { name: 'multi', options: { tasks: [{ ...cpc, weight: 3 }, { name: 'rpl3d' }] }, mode: 'evaluate' },
    ] as const
  ).map((one): [string, TaskCase] => [`${one.name} with other options`, one]),
];

describe.skipIf(python === undefined)(`the Python ${needsPython}`, () => {
  const root = temporaryFolder();
  let ran: readonly PythonTask[] = [];
  beforeAll(async () => {
    ran = await runTasks(
      root,
      cases.map(([, one]) => one),
    );
  }, 60_000);

  describe.each(cases.map(([title, { mode }], i) => ({ title, mode, i })))('of $title', ({ mode, i }) => {
    const its = (): PythonTask => present(ran[i], 'a result');

    it('has the same crop, chance and shapes', () => {
      const { facts, accepts, shapes, ours } = its();
      expect({ facts, shapes }).toEqual({ facts: ours.facts, shapes: ours.shapes });
      expect(accepts).toEqual([true, false]);
    });

    it('draws the batch that the task draws, where the generator gives the same answers', () => {
      const { drawn, ours } = its();
      expect(Object.keys(drawn)).toEqual(Object.keys(ours.drawn));
      for (const [name, values] of Object.entries(ours.drawn)) {
        const errors = values.map((value, at) => Math.abs(value - (drawn[name]?.[at] ?? NaN)));
        // The task reads powers from a table (patch.ts).
        expect(Math.max(...errors), name).toBeLessThan(mode === 'train' ? 1e-2 : 1e-4);
      }
    });

    it('has the same loss and metrics, with the same weights on the same batch', () => {
      const { values, ours } = its();
      expect(Object.keys(values).sort()).toEqual(Object.keys(ours.values).sort());
      for (const [name, value] of Object.entries(ours.values)) {
        expect(Math.abs((values[name] ?? NaN) - value), name).toBeLessThan(1e-4 * Math.max(1, value));
      }
    });

    it('learns', () => {
      const { losses } = its();
      expect(losses.every(Number.isFinite)).toBe(true);
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    });
  });

  it.each([true, false])('cuts patches as voxolve does (levelled: %s)', (level) => {
    const crop = cropOf([5, 6, 7]);
    const ours = new Float32Array(60);
    cutPatch(crop, { corner: [0, 1, 2], size: [3, 4, 5] }, { contrast: 0, level }, rngOf('none'), ours);
    const given = join(root, 'crop.json');
    const { voxels, foreground } = crop;
    writeFileSync(given, JSON.stringify({ level, voxels: [...voxels], foreground: [...foreground] }));
    const printed = runPython(
      `import json, sys
sys.path[:0] = sys.argv[2:]
import numpy as np
from patches import cut, make_patch
crop = json.load(open(sys.argv[1]))
box = (0, 1, 2), (3, 4, 5)
voxels = cut(np.reshape(crop["voxels"], (1, 5, 6, 7)), *box)
foreground = cut(np.reshape(crop["foreground"], (5, 6, 7)), *box)
print(json.dumps(make_patch(voxels, foreground, 0.0, crop["level"]).ravel().tolist()))`,
      [given, ...pythonFolders],
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
    const settings = join(root, 'rotation3d.py');
    writeSettings(settings, planOf('rotation3d'));
    const printed = runPython(
      `import json, runpy, sys
sys.path[:0] = sys.argv[2:]
import numpy as np
from rotation3d import rotate
cube = np.arange(27).reshape(1, 3, 3, 3)
rotations = runpy.run_path(sys.argv[1])["TASK"]["rotations"]
print(json.dumps([rotate(cube, rotation).ravel().tolist() for rotation in rotations]))`,
      [settings, ...pythonFolders],
    );
    expect(JSON.parse(printed)).toEqual(ours);
  });
});
