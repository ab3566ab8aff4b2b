/**
 * The head `classes` where it is solved exactly, against scikit-learn where a Python has it.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { meanOf } from '../../../src/core/statistics/descriptive.js';
import { solveClasses, type ClassRows } from '../../../src/downstream/heads/classes-solution.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import { python, runPython } from '../../support/python.js';
import { jobOf, table } from '../training/support.js';

const sklearn =
  python !== undefined && spawnSync(python, ['-c', 'import sklearn'], { stdio: 'ignore' }).status === 0;

/** Rows whose first column tells the class by so many deviations; each patient has `each` rows. */
function drawn(
  name: string,
  {
    count,
    width,
    apart,
    each = 1,
    classes = 2,
  }: Record<'count' | 'width' | 'apart', number> & {
    readonly each?: number;
    readonly classes?: number;
  },
): ClassRows {
  const rng = rngOf('exact', name);
  const patients = Array.from({ length: count }, (_, row) => `patient ${Math.floor(row / each)}`);
  const labels = patients.map((_, row) => Math.floor(row / each) % classes);
  const rows = labels.map((label) =>
    Float64Array.from({ length: width }, (_, column) => rng.normal() + (column === 0 ? apart * label : 0)),
  );
  const names = Array.from({ length: classes }, (_, label) => `class ${label}`);
  return { rows, targets: { kind: 'classes', names, labels }, patients };
}

const weightsOf = (given: ClassRows, penalty?: number): number[] => [
  ...present(solveClasses(given, penalty).weights['head.fc.weight'], 'weights').data,
];
const sizeOf = (weights: readonly number[]): number => Math.sqrt(weights.reduce((sum, w) => sum + w ** 2, 0));

const SKLEARN = `
import json, sys, numpy as np
from sklearn.linear_model import LogisticRegression
x, y, penalty = json.loads(sys.argv[1])
model = LogisticRegression(C=1 / (penalty * len(y)), multi_class='multinomial', tol=1e-10, max_iter=10000).fit(x, y)
print(json.dumps([model.coef_.tolist(), model.predict_proba(x)[:, 0].tolist()]))
`;

describe('the exact solution of the head classes', () => {
  it.skipIf(!sklearn)('is that of scikit-learn (needs VOXOLVE_PYTHON with scikit-learn)', () => {
    for (const [classes, penalty] of [
      [3, 0.02],
      [4, 1],
    ] as const) {
      const given = drawn('sklearn', { count: 40, width: 60, apart: 1, classes });
      const asked = [given.rows.map((row) => [...row]), given.targets.labels, penalty];
      const [expected] = JSON.parse(runPython(SKLEARN, [JSON.stringify(asked)])) as [number[][]];
      const found = weightsOf(given, penalty);
      expected.flat().forEach((one, k) => expect(Math.abs((found[k] ?? NaN) - one)).toBeLessThan(1e-4));
    }
  });

  it('chooses a weaker penalty where the rows tell the class than where they do not', () => {
    const clear = weightsOf(drawn('clear', { count: 80, width: 10, apart: 6 }));
    const dark = weightsOf(drawn('dark', { count: 80, width: 10, apart: 0 }));
    expect(sizeOf(clear)).toBeGreaterThan(10 * sizeOf(dark));
    expect(Math.abs(clear[0] ?? NaN)).toBeGreaterThan(3 * Math.max(...clear.slice(1, 10).map(Math.abs)));
  });

  it('says which penalty it chose: given that, the weights are the same', () => {
    const given = drawn('told', { count: 60, width: 8, apart: 2 });
    const { penalty } = solveClasses(given, undefined);
    expect(weightsOf(given, penalty)).toEqual(weightsOf(given));
    expect(solveClasses(given, 0.5).penalty).toBeUndefined();
  });

  it('leaves out the rows of a patient together: scans that only tell who it is do not weaken the penalty', () => {
    const rng = rngOf('exact', 'twins');
    const one = drawn('twins', { count: 60, width: 40, apart: 0, each: 6 });
    const means = new Map<string, number[]>();
    const rows = one.patients.map((patient) => {
      const mean = means.get(patient) ?? Array.from({ length: 40 }, () => 3 * rng.normal());
      means.set(patient, mean);
      return Float64Array.from(mean, (middle) => middle + 0.1 * rng.normal());
    });
    const together = sizeOf(weightsOf({ ...one, rows }));
    const apart = sizeOf(weightsOf({ ...one, rows, patients: rows.map((_, row) => `${row}`) }));
    expect(apart).toBeGreaterThan(3 * together);
  });

  it('takes the strongest penalty where a class has one patient, who cannot be left out', () => {
    const given = drawn('alone', { count: 2, width: 5, apart: 3 });
    expect(sizeOf(weightsOf(given))).toBeLessThan(1e-2);
  });

  it('is taken where the task asks for it, and refused beside a hidden layer', async () => {
    const make = (name: string) => {
      const { rows, targets, patients } = drawn(name, { count: 90, width: 4, apart: 2 });
      return { features: table(90, 4, (row, column) => rows[row]?.[column] ?? NaN), targets, patients };
    };
    const job = jobOf({ head: 'classes', exact: true }, make('task'));
    const model = await fitModel(job);
    expect(model.steps).toBe(0);
    const test = make('test');
    const told = present((await predictWith(model, job, test))['probabilities'], 'probabilities').data;
    const right = meanOf(
      test.targets.labels.map((label, row) => Number((told[2 * row + label] ?? NaN) > 0.5)),
    );
    // Two normal distributions 2 deviations apart are told at 84 %.
    expect(right).toBeGreaterThan(0.74);
    await expect(fitModel(jobOf({ head: 'classes', exact: true, hidden: 3 }, make('task')))).rejects.toThrow(
      /^head classes: is exact only as a linear head/,
    );
  });
});
