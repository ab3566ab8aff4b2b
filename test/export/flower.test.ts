/** The Flower app of an export: what runs without Flower is tested with PyTorch. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { jigsaw3d } from '../../proxy-tasks/jigsaw3d.js';
import { present } from '../../src/core/errors.js';
import { exportFlower, writeFolder } from '../../src/export/index.js';
import { convNormAct, sequence, withNorm } from '../../src/nn/index.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { hasModule, needsPython, runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { randomContent, textOf } from './exports.js';

const withBatch: Architecture = {
  name: 'small',
  inChannels: 1,
  encoder: sequence({
    stem: convNormAct(1, 8, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] }),
    block: convNormAct(8, 16, 'relu'),
  }),
  features: 16,
};

const options = { patch: 6, jitter: 1, gap: 0.2, permutations: 8, foreground: 0 };

async function contentOf(architecture: Architecture) {
  const plan = jigsaw3d.plan(jigsaw3d.options.parse(options), { channels: 1, batch: 2 });
  const source = present(plan.pytorch?.(), 'source');
  return randomContent(architecture, [2, 1, 6, 6, 6], { name: 'jigsaw3d', options, source });
}

describe('the Flower app of an export', () => {
  it('has apps, options and a README that says how to protect it', async () => {
    const files = exportFlower(await contentOf(withBatch));
    for (const name of [
      'client_app.py',
      'server_app.py',
      'federation.py',
      'protections.py',
      'pretrain.py',
      'task.py',
    ])
      expect(Object.keys(files)).toContain(name);
    const project = textOf(files, 'pyproject.toml');
    expect(project).toContain('serverapp = "server_app:app"');
    expect(project).toContain('clientapp = "client_app:app"');
    const readme = textOf(files, 'README.md');
    for (const part of [
      'FLWR_TELEMETRY_ENABLED=0',
      '--ssl-certfile',
      '--enable-supernode-auth',
      'SecAgg+',
      'CLIPPING',
    ])
      expect(readme).toContain(part);
    for (const app of ['client_app.py', 'server_app.py'])
      expect(textOf(files, app)).toContain('os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")');
  });

  it('is refused where the task has no Python, or a file of a name that the app uses', async () => {
    const content = await contentOf(withBatch);
    expect(() => exportFlower({ ...content, task: { name: 'mine', options: {} } })).toThrow(
      /proxy task mine: has no PyTorch source/,
    );
    const source = { 'task.py': 'x = 1\n', 'federation.py': 'y = 2\n' };
    expect(() => exportFlower({ ...content, task: { name: 'mine', options: {}, source } })).toThrow(
      /has a Python file federation\.py, a name that a Flower app uses/,
    );
  });
});

const possible = hasModule('torch') && hasModule('nibabel');

describe.skipIf(!possible)(`rounds of the Flower app ${needsPython} with torch and nibabel`, () => {
  const root = temporaryFolder();
  const scans = join(root, 'scans');
  const folder = join(root, 'group');
  const batch = join(root, 'batch');

  beforeAll(async () => {
    mkdirSync(scans);
    await writePhantoms(scans, { patients: 4, size: 36, seed: 1 });
    await writeFolder(folder, exportFlower(await contentOf(withNorm(withBatch, 'group'))));
    await writeFolder(batch, exportFlower(await contentOf(withBatch)));
  });

  const setUp = `import sys
sys.path.insert(0, sys.argv[1])
import copy
from pathlib import Path
import numpy as np, torch
from federation import *
from pretrain import load_patients
torch.set_num_threads(1)
config = {"num-server-rounds": 3, "local-steps": 1, "optimiser": "sgd", "learning-rate": 0.05, "device": "cpu"}
options = options_of(config)
options.momentum, options.warmup, options.schedule = 0.0, 0.0, "constant"
task = make_task(options)
patients = load_patients(Path(sys.argv[2]), task.crop)
sites = [patients[:2], patients[2:]]
`;

  it('average to the centralised step where each takes one', () => {
    const printed = runPython(
      `${setUp}
modules = make_modules(task, 0)
whole = copy.deepcopy(modules)
weights = get_weights(modules)
for turn in range(3):
    updates = []
    for own in sites:
        set_weights(modules, weights)
        train_round(modules, task, own, turn, options)
        updates.append(get_weights(modules))
    weights = [np.mean(pair, axis=0) for pair in zip(*updates)]
    optimiser = make_optimiser(whole, options)
    losses = []
    for own in sites:
        batch = draw_batch(own, task, options, (0, 2, turn), train=True)
        losses.append(task.loss(*whole, batch)[0])
    optimiser.zero_grad()
    (sum(losses) / 2).backward()
    optimiser.step()
expected = get_weights(whole)
start = get_weights(make_modules(task, 0))
print(max(np.abs(a - b).max() for a, b in zip(weights, expected)))
print(max(np.abs(a - b).max() for a, b in zip(start, expected)))`,
      [folder, scans],
    );
    const [apart = NaN, moved = NaN] = printed.trim().split('\n').map(Number);
    expect(apart).toBeLessThan(1e-6);
    expect(moved).toBeGreaterThan(1e-4);
  });

  it('are pulled back by the proximal term, and repeat', () => {
    const printed = runPython(
      `${setUp}
options.local_steps = 5
def distance(mu):
    options.mu = mu
    modules = make_modules(task, 0)
    before = get_weights(modules)
    train_round(modules, task, sites[0], 0, options)
    return float(np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(get_weights(modules), before))))
print(distance(0.0), distance(0.0), distance(10.0))
modules = make_modules(task, 0, Path(sys.argv[1]) / "weights.safetensors")
loss, metric = evaluate(modules, task, patients, options)
print((loss, metric) == evaluate(modules, task, patients, options) and np.isfinite(loss))`,
      [folder, scans],
    );
    const [distances = '', repeats] = printed.trim().split('\n');
    const [free = NaN, again, held = NaN] = distances.split(' ').map(Number);
    expect(again).toBe(free);
    expect(held).toBeLessThan(0.9 * free);
    expect(repeats).toBe('True');
  });

  it('send no batch norms, which each site keeps for the next round', () => {
    const printed = runPython(
      `${setUp}
modules = make_modules(task, 0)
print([name for name in shared_names(modules) if "norm" in name])
before = copy.deepcopy(modules.state_dict())
train_round(modules, task, sites[0], 0, options)
save_norms(modules, Path(sys.argv[3]))
fresh = make_modules(task, 0)
load_norms(fresh, Path(sys.argv[3]))
kept = [n for n in before if n not in set(shared_names(modules)) and n.endswith("running_mean")]
print(len(kept) > 0 and all(torch.equal(fresh.state_dict()[n], modules.state_dict()[n]) for n in kept))
print(any(not torch.equal(before[n], modules.state_dict()[n]) for n in kept))
print(len(get_weights(modules)) == len(shared_names(modules)))`,
      [batch, scans, join(root, 'site')],
    );
    expect(printed.trim().split('\n')).toEqual(['[]', 'True', 'True', 'True']);
  });

  const flower = hasModule('flwr');
  it.skipIf(!flower)('run in Flower (needs flwr)', () => {
    const printed = runPython(
      `import sys
sys.path.insert(0, sys.argv[1])
import client_app, server_app
print(type(client_app.app).__name__, type(server_app.app).__name__)`,
      [folder],
    );
    expect(printed.trim()).toBe('ClientApp ServerApp');
  });
});
