/**
 * The Python of heads gives the predictions, the loss, the metric and the constants that voxolve does, with the same weights.
 */
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import type { Json } from '../../../src/core/json.js';
import { packageFile } from '../../../src/core/package-files.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor, type TensorMap } from '../../../src/core/tensor.js';
import { headGraph, PREDICTED } from '../../../src/downstream/head-graph.js';
import type { HeadConstants, HeadPlan } from '../../../src/downstream/head.js';
import { heads } from '../../../src/downstream/heads/index.js';
import type { Targets } from '../../../src/downstream/targets.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import type { PythonTask } from '../../../src/tasks/task.js';
import { needsPython, python, runPython } from '../../support/python.js';
import { temporaryFolder } from '../../support/tiny.js';
import { runGraph } from './support.js';

const scratch = temporaryFolder();
const ROWS = 40;
const COLUMNS = 5;
const rng = rngOf('pytorch');
const features = tensor(
  [ROWS, COLUMNS],
  Float32Array.from({ length: ROWS * COLUMNS }, () => rng.normal()),
);
const all = [...Array(ROWS).keys()];
/** Two rows each, three of the last. */
const patients = all.map((row) => `${Math.min(18, row % 20)}`);

const targetsOf: Readonly<Record<Targets['kind'], Targets>> = {
  classes: { kind: 'classes', names: ['a', 'b', 'c'], labels: all.map((row) => row % 3) },
  value: { kind: 'value', values: all.map((row) => row ** 1.5) },
  // Whole numbers, so that many times tie, some of them 0.
  time: { kind: 'time', times: all.map(() => rng.int(12)), events: all.map(() => Number(rng.bool(0.6))) },
};

const cases: readonly { readonly name: string; readonly options: object }[] = [
  ...Object.keys(heads).map((name) => ({ name, options: {} })),
  { name: 'classes', options: { hidden: 4, labelSmoothing: 0.2 } },
  { name: 'value', options: { hidden: 4 } },
  { name: 'evidential', options: { loss: 'log', evidence: 'exp' } },
  { name: 'evidential', options: { loss: 'digamma', evidence: 'relu', hidden: 4 } },
  { name: 'logistic-hazard', options: { hidden: 4, interpolation: 'hazard' } },
  { name: 'pmf', options: { intervals: 4, cuts: 'equidistant', interpolation: 'hazard' } },
  { name: 'deephit', options: { alpha: 0.6, sigma: 0.3 } },
  { name: 'cox', options: { hidden: 4, ties: 'breslow', points: 3 } },
];

interface Answers {
  readonly told: Readonly<Record<string, readonly number[]>>;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Parameters that no step changes, and constants, where the head has them. */
  readonly measured: Readonly<Record<string, readonly number[]>>;
  readonly settled: HeadConstants;
}

/** What voxolve answers, and all that Python needs to answer the same. */
async function answersOf({
  name,
  options,
}: (typeof cases)[number]): Promise<{ ours: Answers; given: object }> {
  const head = present(heads[name], name);
  const targets = targetsOf[head.targets];
  const plan: HeadPlan = head.plan(head.options.parse(options), { features: COLUMNS, targets });
  const graph = headGraph(plan, ROWS, COLUMNS, true);
  const measured = plan.measure?.(features, patients) ?? {};
  const weights = { ...initialWeights(graph.parameters, rngOf('weights', name)), ...measured };
  const feeds = plan.feeds(targets, { progress: 0.3, rng: rngOf('feeds', name) });
  const outputs = await runGraph(graph, weights, { features, ...feeds });
  const entries = Object.entries(outputs);
  const predicted: TensorMap = Object.fromEntries(
    entries
      .filter(([key]) => key.startsWith(PREDICTED))
      .map(([key, one]) => [key.slice(PREDICTED.length), one]),
  );
  const settled = plan.settle?.(predicted, targets) ?? {};
  const complete = plan.complete?.(predicted, settled) ?? predicted;
  const scalars = entries.filter(([key]) => !key.startsWith(PREDICTED));
  const { loss = NaN, ...metrics } = Object.fromEntries(
    scalars.map(([key, { data }]) => [key, data[0] ?? NaN]),
  );
  const { files, settings } = present(plan.pytorch?.(), `Python of ${name}`) as PythonTask;
  const { kind, ...rest } = targets;
  const given = {
    folder: exported(files.map(String)),
    settings,
    kind,
    targets: rest as unknown as Json,
    features: [...features.data],
    weights: Object.fromEntries(
      Object.entries(weights).map(([key, { shape, data }]) => [ownName(key), { shape, data: [...data] }]),
    ),
    controls: Object.fromEntries(
      Object.entries(feeds).map(([key, { shape, data }]) => [key, { shape, data: [...data] }]),
    ),
    settled,
    measured: Object.keys(measured).map(ownName),
    patients: patients.map(Number),
  };
  const told = Object.fromEntries(Object.entries(complete).map(([key, { data }]) => [key, [...data]]));
  const learned = Object.entries(measured).map(([key, { data }]) => [ownName(key), [...data]]);
  const ours = { told, loss, metrics, settled, measured: Object.fromEntries(learned) as Answers['measured'] };
  return { ours, given };
}

const ownName = (key: string): string => key.replace('head.', '');

/** A folder with the head's files as an export has them: the first one is head.py. */
function exported(files: readonly string[]): string {
  const folder = mkdtempSync(join(scratch, 'head-'));
  files.forEach((file, i) =>
    copyFileSync(packageFile(file), join(folder, i === 0 ? 'head.py' : basename(file))),
  );
  return folder;
}

const SCRIPT = `
import importlib, json, sys
import torch

def numbers(one, dtype=torch.float32):
    return torch.tensor(one["data"], dtype=dtype).reshape(one["shape"])

answers = []
own = set(sys.modules)
for case in json.load(open(sys.argv[1])):
    for name in set(sys.modules) - own:
        if not name.startswith("torch"):
            del sys.modules[name]
    sys.path.insert(0, case["folder"])
    module = importlib.import_module("head")
    sys.path.pop(0)
    settled = case["settled"]
    head = module.Head(**case["settings"], **({"constants": settled} if settled else {}))
    head.load_state_dict({key: numbers(one) for key, one in case["weights"].items()})
    features = torch.tensor(case["features"]).reshape(${ROWS}, ${COLUMNS})
    given = case["targets"]
    if case["kind"] == "classes":
        targets = {"label": torch.tensor(given["labels"])}
    elif case["kind"] == "value":
        targets = {"value": torch.tensor(given["values"], dtype=torch.float64)}
    else:
        targets = {"time": torch.tensor(given["times"]), "event": torch.tensor(given["events"])}
    controls = case["controls"]
    if "control" in controls:
        drawn = module.draw_controls(targets["time"], targets["event"], controls["control"]["shape"][1])
        for row in range(${ROWS}):
            for control in drawn[0][row].tolist():
                assert drawn[1][row] == 0 or control != row and targets["time"][control] >= targets["time"][row]
        assert drawn[1].tolist() == controls["case"]["data"]
        fixed = (numbers(controls["control"], torch.int64), numbers(controls["case"]), numbers(controls["later"]))
        module.draw_controls = lambda *_: fixed
    with torch.no_grad():
        told = head(features)
        loss, metrics = head.loss(features, targets, 0.3)
    buffers = {}
    measured = case["measured"]
    if settled or measured:
        for name in measured:
            head.get_buffer(name).zero_()
        head.settle(features, {**targets, "patient": torch.tensor(case["patients"])})
        buffers = {key: getattr(head, key).tolist() for key in settled}
    answers.append({
        "told": {key: value.flatten().tolist() for key, value in told.items()},
        "loss": float(loss),
        "metrics": {key: float(value) for key, value in metrics.items()},
        "settled": buffers,
        "measured": {key: head.get_buffer(key).flatten().tolist() for key in measured},
    })
print(json.dumps(answers))
`;

it('heads that come with voxolve all have Python, of which the class has the plan’s settings', () => {
  for (const head of Object.values(heads)) {
    const plan = head.plan(head.options.parse({}), { features: COLUMNS, targets: targetsOf[head.targets] });
    const { files, settings } = present(plan.pytorch?.(), head.name) as PythonTask;
    expect(String(files[0])).toBe(`python/head_${head.name.replace('-', '_')}.py`);
    expect(settings['features']).toBe(COLUMNS);
  }
});

describe.skipIf(python === undefined)(`the Python of heads ${needsPython}`, () => {
  let theirs: readonly Answers[] = [];
  beforeAll(async () => {
    const given = [];
    for (const one of cases) given.push((await answersOf(one)).given);
    const path = join(scratch, 'cases.json');
    writeFileSync(path, JSON.stringify(given));
    theirs = JSON.parse(runPython(SCRIPT, [path])) as typeof theirs;
  }, 120_000);

  const near = (found: readonly number[], expected: readonly number[], what: string): void => {
    expect(found, what).toHaveLength(expected.length);
    expected.forEach((one, i) =>
      expect(Math.abs(one - (found[i] ?? NaN)), `${what} ${i}`).toBeLessThan(
        2e-5 * Math.max(1, Math.abs(one)),
      ),
    );
  };

  it.each(cases.map((one, index) => ({ ...one, index })))(
    'answers as voxolve does: $name with $options',
    async ({ index, ...one }) => {
      const { ours } = await answersOf(one);
      const answer = present(theirs[index], 'an answer');
      expect(Object.keys(answer.told).sort()).toEqual(Object.keys(ours.told).sort());
      for (const [key, values] of Object.entries(ours.told)) near(answer.told[key] ?? [], values, key);
      near(
        [answer.loss, ...Object.values(answer.metrics)],
        [ours.loss, ...Object.values(ours.metrics)],
        'loss',
      );
      for (const part of ['settled', 'measured'] as const)
        for (const [key, values] of Object.entries(ours[part])) near(answer[part][key] ?? [], values, key);
    },
  );
});
