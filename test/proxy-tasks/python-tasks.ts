/**
 * Runs the Python of tasks, where it lies in the repository, and the tasks themselves: on the same crops, with the same
 * answers of the generator, the same weights and the same batches.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { present } from '../../src/core/errors.js';
import { packageFile } from '../../src/core/package-files.js';
import { rngOf, type Rng } from '../../src/core/random.js';
import { sizeOf, tensor, type AnyTensor, type TensorMap } from '../../src/core/tensor.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';
import { settingsSource } from '../../src/export/files/settings.js';
import { fileName } from '../../src/tasks/python-files.js';
import { isPythonTask, type BatchMode, type TaskPlan } from '../../src/tasks/task.js';
import { plainScans, shortTraining } from '../export/exports.js';
import { runPython } from '../support/python.js';
import { cropsOf, planOf } from './support.js';

/** Crops per batch. */
const batchSize = 3;
/** Coarse along one axis, so that decoders have to draw several voxels, and repeat some, for each feature. */
const stride = [1, 6, 2];
const smoothing = 0.1;

/** Answers every question with the same share of what is possible. `Fixed` is the same in NumPy's words. */
const fixed: Rng = {
  key: ['fixed'],
  float: () => 0.3,
  uniform: (low, high) => low + (high - low) * 0.3,
  int: (bound) => Math.floor(0.3 * bound),
  normal: () => 0.5,
  bool: (probability) => 0.3 < probability,
  pick: (items) => present(items[Math.floor(0.3 * items.length)], 'an item'),
  shuffle: (items) => [...items],
  sample: (items, count) => items.slice(0, count),
  split: () => fixed,
};

const script = `
import importlib, json, runpy, sys
sys.path[:0] = sys.argv[3:]
import numpy as np, torch

class Fixed:
    def uniform(self, low, high, size=None):
        return self.all(low + (high - low) * 0.3, size)
    def random(self, size=None):
        return self.all(0.3, size)
    def integers(self, low, high=None, size=None):
        low, high = (0, low) if high is None else (low, high)
        return self.all(low + int(0.3 * (high - low)), size)
    def standard_normal(self, size):
        return self.all(0.5, size)
    def permutation(self, items):
        return np.arange(items) if isinstance(items, int) else items
    def all(self, value, size):
        return value if size is None else np.full(size, value)

def array(given):
    return np.reshape(np.array(given["data"], given["dtype"]), given["shape"])

def run(given):
    settings = runpy.run_path(given["settings"])["TASK"]
    task = importlib.import_module(given["module"]).Task(**settings)
    crops = np.stack([array(crop) for crop in given["voxels"]])
    tissue = np.stack([array(crop) for crop in given["foreground"]])
    drawn = task.make_batch(crops, tissue, Fixed(), given["train"])

    encoder = torch.nn.Conv3d(1, 5, 3, stride=given["stride"], padding=1, bias=False)
    head = task.head(5, lambda size: encoder(torch.zeros(1, 1, *size)).shape[2:])
    parameters = [*encoder.parameters(), *head.parameters()]
    assert len(parameters) == len(given["weights"]), [p.shape for p in parameters]
    with torch.no_grad():
        for parameter, weights in zip(parameters, map(array, given["weights"])):
            assert np.squeeze(weights).shape == parameter.squeeze().shape, (weights.shape, parameter.shape)
            parameter.copy_(torch.tensor(weights).reshape(parameter.shape))
    task.label_smoothing = given["smoothing"]
    batch = {name: torch.tensor(array(value)) for name, value in given["batch"].items()}
    loss, metrics = task.loss(encoder, head, batch)

    torch.manual_seed(0)
    task.label_smoothing = 0.0
    encoder = torch.nn.Sequential(torch.nn.Conv3d(1, 5, 3, padding=1), torch.nn.ReLU())
    head = task.head(5, lambda size: size)
    optimiser = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=0.01)
    own = task.make_batch(crops, tissue, np.random.default_rng(0))
    losses = []
    for _ in range(15):
        step, _ = task.loss(encoder, head, own)
        optimiser.zero_grad()
        step.backward()
        optimiser.step()
        losses.append(step.item())

    facts = {"crop": task.crop, "metric": task.metric, "chance": task.chance}
    task.batch = 5
    return {
        "facts": {**facts, "chanceOfFive": task.chance},
        "accepts": [bool(task.accepts(share * np.ones(task.crop, bool))) for share in (1, 0)],
        "drawn": {name: value.double().flatten().tolist() for name, value in drawn.items()},
        "shapes": {name: list(value.shape) for name, value in own.items()},
        "values": {"loss": loss.item(), **{name: value.item() for name, value in metrics.items()}},
        "losses": losses,
    }

cases = json.load(open(sys.argv[1]))
json.dump([run(case) for case in cases], open(sys.argv[2], "w"))
`;

export interface TaskCase {
  readonly name: string;
  readonly options?: object;
  readonly mode: BatchMode;
}

/** Results of a task's Python; `ours` are those of the task itself. */
export interface PythonTask {
  readonly facts: { crop: number[]; metric: string; chance: number; chanceOfFive: number };
  /** A crop of tissue, and one of air. */
  readonly accepts: readonly [boolean, boolean];
  /** A batch from the generator that always answers the same. */
  readonly drawn: Readonly<Record<string, number[]>>;
  readonly shapes: Readonly<Record<string, number[]>>;
  /** Loss and metrics with given weights, of a given batch. */
  readonly values: Readonly<Record<string, number>>;
  /** Training on one batch of its own. */
  readonly losses: readonly number[];
  readonly ours: Pick<PythonTask, 'facts' | 'drawn' | 'shapes' | 'values'>;
}

export async function runTasks(root: string, cases: readonly TaskCase[]): Promise<readonly PythonTask[]> {
  const prepared = await Promise.all(cases.map((one, i) => prepare(join(root, `settings-${i}.py`), one)));
  const [input, output] = [join(root, 'cases.json'), join(root, 'results.json')];
  writeFileSync(input, JSON.stringify(prepared.map(({ given }) => given)));
  runPython(script, [input, output, ...pythonFolders]);
  const results = JSON.parse(readFileSync(output, 'utf8')) as Omit<PythonTask, 'ours'>[];
  return results.map((result, i) => ({ ...result, ours: present(prepared[i], 'a case').ours }));
}

/** Where the Python of tasks lies, and the modules that it imports. */
export const pythonFolders = ['python', 'proxy-tasks'].map((folder) => fileURLToPath(packageFile(folder)));

/** The module of a task; writes the settings that an export would have. */
export function writeSettings(path: string, plan: TaskPlan): string {
  const source = present(plan.pytorch?.(), 'Python');
  if (!isPythonTask(source)) throw new Error('a task of voxolve has files');
  writeFileSync(path, settingsSource(shortTraining, plainScans, source.settings));
  return fileName(source.files[0]).replace(/\.py$/, '');
}

async function prepare(settings: string, { name, options, mode }: TaskCase) {
  const plan = planOf(name, options, batchSize);
  const module = writeSettings(settings, plan);
  const crops = cropsOf(plan, batchSize);
  const drawn = plan.prepare(crops, fixed, mode);
  const batch = plan.prepare(crops, rngOf('batch'), 'train');
  const graph = graphOf(plan);
  const weights = randomWeights(graph);
  const outputs = await runGraph(graph, weights, batch);
  const given = {
    module,
    settings,
    train: mode === 'train',
    stride,
    smoothing,
    voxels: crops.map(({ voxels, shape }) => plain({ dtype: 'f32', shape, data: voxels })),
    foreground: crops.map(({ foreground, shape }) => ({
      dtype: 'bool',
      shape: shape.slice(1),
      data: [...foreground],
    })),
    batch: Object.fromEntries(Object.entries(batch).map(([input, value]) => [input, plain(value)])),
    weights: graph.parameters.map((parameter) => plain(present(weights[parameter.name], parameter.name))),
  };
  const { crop, metric, chance } = plan;
  const ours: PythonTask['ours'] = {
    facts: { crop: [...crop], metric, chance, chanceOfFive: planOf(name, options, 5).chance },
    drawn: Object.fromEntries(Object.entries(drawn).map(([input, { data }]) => [input, [...data]])),
    shapes: Object.fromEntries(plan.inputs.map((input) => [input.name, [...input.shape]])),
    values: Object.fromEntries(Object.entries(outputs).map(([output, { data }]) => [output, data[0] ?? NaN])),
  };
  return { given, ours };
}

/** Loss and metrics on an encoder of one convolution. */
function graphOf(plan: TaskPlan): Graph {
  const builder = new Builder();
  const inputs = Object.fromEntries(
    plan.inputs.map(({ name, shape, dtype }) => [name, builder.input(name, shape, dtype)]),
  );
  const kernel = builder.parameter('encoder.weight', [5, 1, 3, 3, 3], { kind: 'normal', deviation: 1 });
  const { loss, metrics } = builder.smoothed(smoothing, () =>
    plan.loss(builder, inputs, (x) => builder.conv(x, kernel, { stride, padding: [1, 1, 1] })),
  );
  builder.output('loss', loss);
  for (const [name, value] of Object.entries(metrics)) builder.output(name, value);
  return builder.build();
}

function randomWeights({ parameters }: Graph): TensorMap {
  const rng = rngOf('weights');
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [
      name,
      tensor(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => 0.2 * rng.normal()),
      ),
    ]),
  );
}

const plain = ({ dtype, shape, data }: Pick<AnyTensor, 'dtype' | 'shape' | 'data'>) => ({
  dtype: dtype === 'f32' ? 'float32' : 'int64',
  shape,
  data: [...data],
});
