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

/** As much of Flower as the apps name: a server that calls sites in turn. It tests the apps, not Flower. */
const standIn = `import os, sys, types
sys.path.insert(0, sys.argv[1])
import numpy as np

CALLS = []

class Context:
    def __init__(self, run_config, node_config):
        self.run_config, self.node_config = run_config, node_config

class Grid:
    def __init__(self, clients):
        self.clients = clients

class NumPyClient:
    def to_client(self):
        return self

class ClientApp:
    def __init__(self, client_fn, mods):
        self.client_fn, self.mods = client_fn, mods

class ServerApp:
    def main(self):
        def keep(run):
            self.run = run
        return keep

class LegacyContext:
    def __init__(self, context, config, strategy):
        self.context, self.config, self.strategy = context, config, strategy

class FedAvg:
    def __init__(self, **options):
        self.__dict__.update(options)

class Workflow:
    def __init__(self, *args, **options):
        self.options = options

    def __call__(self, grid, legacy):
        strategy, weights = legacy.strategy, legacy.strategy.initial_parameters
        for turn in range(1, legacy.config["num_rounds"] + 1):
            updates = []
            for client in grid.clients:
                arrays, examples, _ = client().fit(weights, strategy.on_fit_config_fn(turn))
                CALLS.append(("fit", turn - 1, examples))
                updates.append((arrays, examples))
            total = sum(examples for _, examples in updates)
            weights = [sum(a * (n / total) for a, n in zip(row, (n for _, n in updates))) for row in zip(*(u for u, _ in updates))]
            strategy.evaluate_fn(turn, weights, {})
            found = [client().evaluate(weights, {}) for client in grid.clients]
            CALLS.extend(("evaluate", turn - 1, examples) for _, examples, _ in found)
            strategy.evaluate_metrics_aggregation_fn([(examples, own) for _, examples, own in found])

def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made

wrappers = {n: Workflow for n in ("DifferentialPrivacyClientSideAdaptiveClipping", "DifferentialPrivacyClientSideFixedClipping")}
module("flwr")
module("flwr.client", Client=object, ClientApp=ClientApp, NumPyClient=NumPyClient)
module("flwr.client.mod", **{n: n for n in ("adaptiveclipping_mod", "fixedclipping_mod", "secaggplus_mod")})
module("flwr.common", Context=Context, Metrics=dict, NDArrays=list, Scalar=float, ndarrays_to_parameters=lambda a: a)
module("flwr.server", Grid=Grid, LegacyContext=LegacyContext, ServerApp=ServerApp, ServerConfig=dict)
module("flwr.server.strategy", FedAvg=FedAvg, Strategy=object, **wrappers)
module("flwr.server.workflow", DefaultWorkflow=Workflow, SecAggPlusWorkflow=Workflow)
`;

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

  it('go from server to sites and back in both apps, with a stand-in for Flower', () => {
    const printed = runPython(
      `${standIn}
import client_app, server_app
import numpy as np, torch
from federation import get_weights, make_modules, make_task, options_of, set_weights, train_round
config = {
    "num-server-rounds": 2, "local-steps": 1, "sites": 2, "seed": 0, "device": "cpu", "output": sys.argv[3] + "/server",
    "from-weights": True, "reconstruction-threshold": 0.6, "max-patients": 10.0, "largest-weight": 8.0,
    "timeout": 1.0, "clip": 1.0, "noise": 1.0,
}
nodes = [{"scans": sys.argv[2], "output": f"{sys.argv[3]}/{name}"} for name in "ab"]
clients = [Context(config, node) for node in nodes]
server_app.app.run(Grid([lambda c=c: client_app.app.client_fn(c) for c in clients]), Context(config, {}))
log = [(kind, turn, examples) for kind, turn, examples in CALLS]
print(log)
print([mod for mod in client_app.app.mods])
print(os.environ["FLWR_TELEMETRY_ENABLED"])
kept = torch.load(sys.argv[3] + "/server/encoder.pt")
options = options_of(config)
task = make_task(options)
modules = make_modules(task, 0, server_app.WEIGHTS)
site = client_app.Site(clients[0])
weights = get_weights(modules)
for turn in range(2):
    set_weights(modules, weights)
    train_round(modules, task, site.train, turn, options)
    weights = get_weights(modules)
set_weights(modules, weights)
# Both sites hold the same scans, so the mean is what one of them makes.
print(max(float((kept[n] - v).abs().max()) for n, v in modules[0].state_dict().items()))`,
      [folder, scans, join(root, 'app')],
    );
    const [log, mods, telemetry, apart] = printed.trim().split('\n').slice(-4);
    const fits = [0, 1].flatMap((turn) => [0, 1].map(() => `('fit', ${turn}, 3)`));
    for (const fit of fits) expect(log).toContain(fit);
    expect(log?.match(/'evaluate'/g)).toHaveLength(4);
    expect(mods).toBe("['secaggplus_mod']");
    expect(telemetry).toBe('0');
    expect(Number(apart)).toBeLessThan(1e-6);
  });

  it('do not start from random weights where those of the export are missed', () => {
    const printed = runPython(
      `${standIn}
from pathlib import Path
import server_app
server_app.WEIGHTS = Path(sys.argv[3]) / "weights.safetensors"
config = {"from-weights": True, "sites": 2, "seed": 0, "device": "cpu", "output": sys.argv[3] + "/server"}
try:
    server_app.app.run(Grid([]), Context(config, {}))
except SystemExit as end:
    print(end)
print(Path(config["output"]).exists())`,
      [folder, scans, join(root, 'bare')],
    );
    expect(printed.trim().split('\n')).toEqual([
      'weights.safetensors: is not beside server_app.py: put it there, or set from-weights = false to start from random weights',
      'False',
    ]);
  });

  const flower = hasModule('flwr');
  it.skipIf(!flower)('are loaded by Flower (needs flwr)', () => {
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
