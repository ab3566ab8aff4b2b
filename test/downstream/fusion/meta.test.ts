/**
 * The learner on what a model of the scan and one of the table tell.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/core/package-files.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor, type Tensor, type TensorMap } from '../../../src/core/tensor.js';
import { applyMeta, fitMeta, metaInPython, type Told } from '../../../src/downstream/fusion/meta/meta.js';
import { PRIOR } from '../../../src/downstream/fusion/meta/non-negative.js';
import type { ClassTargets, Targets, TimeTargets, ValueTargets } from '../../../src/downstream/targets.js';
import { needsPython, python, runPython } from '../../support/python.js';
import { temporaryFolder } from '../../support/tiny.js';

const ROWS = 400;
const rng = rngOf('meta');
const normals = (): number[] => Array.from({ length: ROWS }, () => rng.normal());
const [scan, table, noise] = [normals(), normals(), normals()];
const column = (values: readonly number[]): Tensor => tensor([values.length], Float32Array.from(values));
const softmax = (logits: readonly number[]): number[] => {
  const sum = logits.reduce((all, logit) => all + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / sum);
};
const rowsOf = (rows: readonly (readonly number[])[]): Tensor =>
  tensor([rows.length, rows[0]?.length ?? 0], Float32Array.from(rows.flat()));

/** Three classes, of which the logits are scan, table and 0; each part knows one of them, and doubts too little. */
const classes: ClassTargets = {
  kind: 'classes',
  names: ['a', 'b', 'c'],
  labels: scan.map((own, row) => {
    const at = rng.float();
    const [a = 0, b = 0] = softmax([2 * own, 2 * (table[row] ?? 0), 0]);
    return at < a ? 0 : at < a + b ? 1 : 2;
  }),
};
const tellClasses = (logits: (row: number) => readonly number[]): TensorMap => ({
  probabilities: rowsOf(scan.map((_, row) => softmax(logits(row)))),
});
const toldClasses: Told = {
  scan: tellClasses((row) => [4 * (scan[row] ?? 0), 0, 0]),
  table: tellClasses((row) => [0, 4 * (table[row] ?? 0), 0]),
  noise: tellClasses((row) => [0, 0, 3 * (noise[row] ?? 0)]),
};

const values: ValueTargets = {
  kind: 'value',
  values: scan.map((own, row) => 7 + 3 * own + (table[row] ?? 0) + 0.1 * rng.normal()),
};
const toldValues: Told = {
  scan: { value: column(scan.map((own) => 5 + 6 * own)) },
  table: { value: column(table.map((own) => own - 2)) },
  noise: { value: column(noise) },
};

const hazards = scan.map((own, row) => Math.exp(own + 0.5 * (table[row] ?? 0) + 0.3 * (noise[row] ?? 0)));
const drawn = hazards.map((hazard) => -Math.log(1 - rng.float()) / hazard);
const ends = drawn.map(() => 2 * rng.float());
const times: TimeTargets = {
  kind: 'time',
  times: drawn.map((time, row) => Math.min(time, ends[row] ?? 0)),
  events: drawn.map((time, row) => (time <= (ends[row] ?? 0) ? 1 : 0)),
};
const toldTimes: Told = {
  scan: { risk: column(scan.map((own) => 2 * own)) },
  table: { risk: column(table) },
  opposite: { risk: column(noise.map((own) => -own)) },
};

const meanLog = (told: TensorMap): number => {
  const { data } = told['probabilities'] as Tensor;
  const logs = classes.labels.map((label, row) => Math.log(data[3 * row + label] ?? NaN));
  return logs.reduce((sum, log) => sum + log, 0) / logs.length;
};

const cases: readonly (readonly [Targets['kind'], Told, Targets])[] = [
  ['classes', toldClasses, classes],
  ['value', toldValues, values],
  ['time', toldTimes, times],
];

describe('the learner', () => {
  it('tells classes better than either part', () => {
    const both = applyMeta(fitMeta(toldClasses, classes), toldClasses);
    for (const part of Object.values(toldClasses)) expect(meanLog(both)).toBeGreaterThan(meanLog(part) + 0.1);
  });

  it('weighs values by least squares', () => {
    const model = fitMeta(toldValues, values);
    expect(model.weights['scan']).toBeCloseTo(0.5, 2);
    expect(model.weights['table']).toBeCloseTo(1, 1);
    expect(Math.abs(model.weights['noise'] ?? NaN)).toBeLessThan(0.02);
    const told = applyMeta(model, toldValues)['value'];
    const errors = values.values.map((value, row) => Math.abs(value - (told?.data[row] ?? NaN)));
    expect(Math.max(...errors)).toBeLessThan(0.5);
  });

  it('weighs log hazards by what they mean, and tells survival that does not rise', () => {
    const model = fitMeta(toldTimes, times);
    for (const part of ['scan', 'table'])
      expect(Math.abs((model.weights[part] ?? NaN) - 0.5)).toBeLessThan(0.15);
    const { risk, survival } = applyMeta(model, toldTimes);
    const [, count = 0] = survival?.shape ?? [];
    expect(survival?.shape[0]).toBe(ROWS);
    const pairs = [...(risk?.data ?? [])].map(
      (own, row) => [own, survival?.data[row * count + 20] ?? NaN] as const,
    );
    for (const [own, survives] of pairs.slice(1)) {
      const [first = 0, firstSurvives = 0] = pairs[0] ?? [];
      expect(Math.sign(own - first)).toBe(Math.sign(firstSurvives - survives));
    }
  });

  it('believes no part that tells the opposite of what comes', () => {
    expect(fitMeta(toldTimes, times).weights['opposite']).toBe(0);
    const turned = { opposite: { value: column(values.values.map((value) => -value)) } };
    const model = fitMeta(turned, values);
    expect(model.weights['opposite']).toBe(0);
    const mean = values.values.reduce((sum, value) => sum + value, 0) / ROWS;
    expect(applyMeta(model, turned)['value']?.data[3]).toBeCloseTo(mean, 4);
  });

  it('believes twins equally, and stays finite where a part tells every row without fail', () => {
    const sure: TensorMap = {
      probabilities: rowsOf(classes.labels.map((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0)))),
    };
    const { weights } = fitMeta({ one: sure, two: sure }, classes);
    expect(weights['one']).toBeGreaterThan(0);
    expect(weights['one']).toBeLessThan(10);
    expect(weights['two']).toBeCloseTo(weights['one'] ?? NaN, 9);
  });

  it.each(cases)('is plain data, and does not depend on the order of rows: %s', (_, told, targets) => {
    const model = fitMeta(told, targets);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    const order = rngOf('order').shuffle([...Array(ROWS).keys()]);
    const again = fitMeta(
      Object.fromEntries(Object.entries(told).map(([part, one]) => [part, shuffled(one, order)])),
      reordered(targets, order),
    );
    for (const [part, weight] of Object.entries(model.weights))
      expect(again.weights[part]).toBeCloseTo(weight, 5);
  });
});

function shuffled(told: TensorMap, order: readonly number[]): TensorMap {
  return Object.fromEntries(
    Object.entries(told).map(([name, { shape, data }]) => {
      const width = data.length / ROWS;
      const moved = order.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]);
      return [name, tensor(shape, Float32Array.from(moved))];
    }),
  );
}

function reordered(targets: Targets, order: readonly number[]): Targets {
  const moved = (given: readonly number[]): number[] => order.map((row) => given[row] ?? NaN);
  if (targets.kind === 'classes') return { ...targets, labels: moved(targets.labels) };
  if (targets.kind === 'value') return { ...targets, values: moved(targets.values) };
  return { ...targets, times: moved(targets.times), events: moved(targets.events) };
}

describe.skipIf(python === undefined)(`beside Python ${needsPython}`, () => {
  it('has the weights of SciPy’s minimum, and tells the same', () => {
    const listed = (told: Told): object =>
      Object.fromEntries(
        Object.entries(told).map(([part, one]) => {
          const [[, { shape, data }] = ['', tensor([0], new Float32Array())]] = Object.entries(one);
          return [part, { shape, data: [...data] }];
        }),
      );
    const models = cases.map(([kind, told, targets]) => {
      const model = fitMeta(told, targets);
      return { kind, told: listed(told), targets, model, settings: metaInPython(model).settings };
    });
    const path = join(temporaryFolder(), 'cases.json');
    writeFileSync(path, JSON.stringify({ cases: models, prior: PRIOR }));
    const folder = dirname(fileURLToPath(packageFile('python/meta.py')));
    const theirs = JSON.parse(runPython(SCRIPT, [path, folder])) as {
      minimum: number[];
      told: number[];
      survival?: number[];
    }[];
    models.forEach(({ model }, i) => {
      const [, told] = cases[i] ?? ['', {}];
      const ours = [...Object.values(model.weights), ...(model.kind === 'classes' ? model.biases : [])];
      ours.forEach((one, k) => {
        expect(one).toBeCloseTo(theirs[i]?.minimum[k] ?? NaN, 3);
      });
      const outputs = applyMeta(model, told);
      const answer = outputs['probabilities'] ?? outputs['value'] ?? outputs['risk'];
      answer?.data.forEach((one, k) => {
        expect(one).toBeCloseTo(theirs[i]?.told[k] ?? NaN, 4);
      });
      outputs['survival']?.data.forEach((one, k) => {
        expect(one).toBeCloseTo(theirs[i]?.survival?.[k] ?? NaN, 5);
      });
    });
  });
});

/** The penalised losses written out, minimised with bounds at 0; and `Meta` on the same rows. */
const SCRIPT = `
import json, sys
import numpy as np, torch
from scipy.optimize import minimize
sys.path.insert(0, sys.argv[2])
from meta import Meta
given = json.load(open(sys.argv[1]))
answers = []
for case in given["cases"]:
    kind, y = case["kind"], case["targets"]
    told = {k: np.array(v["data"]).reshape(v["shape"]) for k, v in case["told"].items()}
    parts = list(told.values())
    if kind == "classes":
        parts = [np.log(np.maximum(p, 1e-6)) for p in parts]
        parts = [p - p.mean(1, keepdims=True) for p in parts]
    spreads = np.array([p.std() for p in parts])
    n, k = len(parts), len(y.get("names", []))
    def loss(x):
        w = x[:n]
        if kind == "value":
            return ((sum(a * p for a, p in zip(w, parts)) + x[n] - y["values"]) ** 2).mean()
        prior = given["prior"] / 2 * ((w * spreads) ** 2).sum()
        z = sum(a * p for a, p in zip(w, parts))
        if kind == "classes":
            z = z + np.concatenate([[0.0], x[n:]])
            return prior - (z[np.arange(len(z)), y["labels"]] - np.log(np.exp(z).sum(1))).sum()
        t, e = np.array(y["times"]), np.array(y["events"])
        at_risk = (t[None, :] >= t[:, None]) @ np.exp(z)
        return prior - (e * (z - np.log(at_risk))).sum()
    extra = {"classes": k - 1, "value": 1, "time": 0}[kind]
    start = np.concatenate([np.full(n, 0.3), np.zeros(extra)])
    bounds = [(0, None)] * n + [(None, None)] * extra
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 100000}
    x = minimize(loss, start, bounds=bounds, method="L-BFGS-B", options=options).x
    minimum = list(x[:n]) + ([0.0, *x[n:]] if kind == "classes" else [])
    meta = Meta(**case["settings"])
    tensors = {k: torch.tensor(v) for k, v in told.items()}
    name = {"classes": "probabilities", "value": "value", "time": "risk"}[kind]
    answer = {"minimum": minimum, "told": getattr(meta, name)(tensors).flatten().tolist()}
    if kind == "time":
        answer["survival"] = meta.survival(tensors).flatten().tolist()
    answers.append(answer)
print(json.dumps(answers))
`;
