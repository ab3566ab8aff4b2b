import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { jigsaw3d } from '../../proxy-tasks/jigsaw3d.js';
import { present } from '../../src/core/errors.js';
import { exportPytorch, writeFolder } from '../../src/export/index.js';
import { formatOf } from '../../src/scans/formats/index.js';
import { ScanOptions, transformsOf } from '../../src/scans/options.js';
import { prepare } from '../../src/scans/preprocess/preprocess.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { convBlock, convNormAct, sequence } from '../../src/nn/index.js';
import { hasModule, needsPython, pythonOutput, runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { randomContent } from './exports.js';

const small: Architecture = {
  name: 'small',
  inChannels: 1,
  encoder: sequence({
    stem: convNormAct(1, 4, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] }),
    block: convBlock({
      inChannels: 4,
      outChannels: 8,
      kernel: [3, 3, 3],
      stride: [1, 1, 1],
      activation: 'relu',
      squeeze: 0.5,
    }),
  }),
  features: 8,
};

const options = { patch: 6, jitter: 1, gap: 0.2, permutations: 8, foreground: 0 };

const possible = hasModule('torch') && hasModule('nibabel');

describe.skipIf(!possible)(`exported training code ${needsPython} with torch and nibabel`, () => {
  const root = temporaryFolder();
  const folder = join(root, 'export');
  const scans = join(root, 'scans');
  const output = join(root, 'out');
  const run = (...args: string[]): string =>
    pythonOutput(join(folder, 'pretrain.py'), scans, '--device', 'cpu', '--output', output, ...args);
  let printed = '';

  beforeAll(async () => {
    mkdirSync(scans);
    await writePhantoms(scans, { patients: 4, size: 36, seed: 1 });
    const plan = jigsaw3d.plan(jigsaw3d.options.parse(options), { channels: 1, batch: 2 });
    const source = present(plan.pytorch?.(), 'source');
    const content = await randomContent(small, [2, 1, 6, 6, 6], { name: 'jigsaw3d', options, source });
    await writeFolder(folder, exportPytorch(content));
  });

  it('trains on a folder of NIfTI files, says what it skips, and writes weights that differ', () => {
    writeFileSync(join(scans, 'broken.nii'), 'no scan');
    printed = run();
    expect(printed).toMatch(/skipped .*broken\.nii: /);
    expect(printed).toContain('3 scans to train on, 1 held out');
    expect(printed).toMatch(/step 3\/3: loss \d+\.\d+, held-out accuracy [01]\.\d+ \(chance 0\.125\)/);
    const changed = runPython(
      `import sys, torch
sys.path.insert(0, sys.argv[1])
from model import build, Encoder
before = build().state_dict()
after = torch.load(sys.argv[2])
Encoder().load_state_dict(after, strict=True)
print(sum(not torch.equal(before[k], after[k]) for k in before) == len(before))`,
      [folder, join(output, 'encoder.pt')],
    );
    expect(changed.trim()).toBe('True');
  });

  it('prints the same losses for the same seed, and others for another, also from scratch', () => {
    expect(run()).toBe(printed);
    expect(run('--seed', '1', '--from-scratch')).not.toBe(printed);
  });

  it.each(['lamb', 'sgd'])('trains with %s and smoothed labels too', (optimiser) => {
    const other = run('--optimiser', optimiser, '--label-smoothing', '0.2');
    expect(other).toMatch(/step 3\/3: loss \d+\.\d+/);
    expect(other).not.toBe(printed);
  });

  it('trains on a mix of tasks, which have modules of their own', async () => {
    const tasks = [
      { name: 'mae3d', options: { size: 12, foreground: 0 } },
      { name: 'vicreg3d', options: { size: 10, shift: 1, foreground: 0 } },
      { name: 'cpc3d', options: { grid: 2, patch: 5, jitter: 1, foreground: 0 } },
    ];
    const multi = present(proxyTasks['multi'], 'multi');
    const source = present(
      multi.plan(multi.options.parse({ tasks }), { channels: 1, batch: 2 }).pytorch?.(),
      'source',
    );
    const files = exportPytorch(
      await randomContent(small, [2, 1, 6, 6, 6], { name: 'multi', options: {}, source }),
    );
    expect(files['README.md']).toContain('| `mae3d.py` | a part of the proxy task |');
    await writeFolder(join(root, 'mix'), files);
    const mixed = pythonOutput(
      join(root, 'mix', 'pretrain.py'),
      scans,
      '--device',
      'cpu',
      '--output',
      output,
    );
    expect(mixed).toMatch(/step 3\/3: loss \d+\.\d+, held-out score -?[01]\.\d+ \(chance 0\.000\)/);
  });

  it('trains on a task given as text, which takes no settings', async () => {
    const source = `import numpy as np, torch

class Task:
    crop, metric, chance = (8, 8, 8), "accuracy", 0.5

    def make_batch(self, voxels, foreground, rng, train=True):
        flipped = rng.random(len(voxels)) < 0.5
        crops = [np.flip(crop, 3) if flip else crop for crop, flip in zip(voxels, flipped)]
        return {"crops": torch.from_numpy(np.stack(crops)), "flipped": torch.tensor(flipped).long()}

    def head(self, features, grid_of):
        return torch.nn.Linear(features, 2)

    def loss(self, encoder, head, batch):
        logits = head(encoder(batch["crops"]).mean((2, 3, 4)))
        loss = torch.nn.functional.cross_entropy(logits, batch["flipped"])
        return loss, {"accuracy": (logits.argmax(1) == batch["flipped"]).float().mean()}
`;
    const content = await randomContent(small, [2, 1, 8, 8, 8], { name: 'mine', options: {}, source });
    await writeFolder(join(root, 'text'), exportPytorch(content));
    const script = join(root, 'text', 'pretrain.py');
    const trained = pythonOutput(script, scans, '--device', 'cpu', '--output', output);
    expect(trained).toMatch(/step 3\/3: loss \d+\.\d+, held-out accuracy [01]\.\d+ \(chance 0\.500\)/);
  });

  it('prepares scans as voxolve does', async () => {
    // Anisotropic, stored with other axes first and reversed, in integers with a slope.
    const path = join(root, 'anisotropic.nii.gz');
    runPython(
      `import sys
import nibabel as nib, numpy as np
rng = np.random.default_rng(0)
x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in (31, 40, 22)), indexing="ij")
body = (x**2 / 0.6 + y**2 / 0.8 + z**2 < 0.9) * (600 + 300 * x - 200 * y * z)
voxels = (body - 1000 * (body == 0) + rng.normal(0, 20, body.shape)).astype(np.int16)
affine = np.array([[0, 0, -2.1, 9], [-3.3, 0, 0, 4], [0, 9.4, 0, -7], [0, 0, 0, 1]])
image = nib.Nifti1Image(voxels, affine)
image.header.set_slope_inter(2, -50)
nib.save(image, sys.argv[1])`,
      [path],
    );
    const printed = runPython(
      `import json, sys
sys.path.insert(0, sys.argv[1])
from scans import load
[volume] = load(sys.argv[2])
print(json.dumps({
    "shape": volume.voxels.shape,
    "voxels": volume.voxels.ravel().tolist(),
    "foreground": volume.foreground.astype(int).ravel().tolist(),
}))`,
      [folder, path],
    );
    const theirs = JSON.parse(printed) as { shape: number[]; voxels: number[]; foreground: number[] };
    const raw = await formatOf(path)?.read(path);
    if (raw === undefined) throw new Error('no format reads .nii.gz');
    const [ours] = prepare('anisotropic', raw, transformsOf(ScanOptions.parse({ spacing: 6 })));
    expect(theirs.shape).toEqual(ours?.shape);
    const errors = theirs.voxels.map((value, i) => Math.abs(value - (ours?.voxels[i] ?? NaN)));
    expect(Math.max(...errors)).toBeLessThan(1e-3);
    const different = theirs.foreground.filter((value, i) => value !== ours?.foreground[i]);
    expect(different.length).toBeLessThanOrEqual(0.001 * theirs.foreground.length);
  });
});
