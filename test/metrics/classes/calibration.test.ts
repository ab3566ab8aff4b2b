/**
 * Calibration: errors and curves by hand, slope, intercept and temperature against SciPy's minimisers.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import {
  expectedCalibrationError,
  reliabilityCurve,
} from '../../../src/metrics/classes/calibration-error.js';
import { calibrationIntercept, calibrationSlope } from '../../../src/metrics/classes/recalibration.js';
import {
  applyTemperature,
  fitTemperature,
  logProbabilities,
  TEMPERATURES,
} from '../../../src/metrics/classes/temperature.js';
import { isFound, unitWeights, type Statistic } from '../../../src/metrics/finding.js';
import type { ClassOutcome } from '../../../src/metrics/outcome-table.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';
import { randomBinary } from '../support.js';

const binary = (labels: number[], p: number[]): ClassOutcome => ({
  kind: 'classes',
  names: ['no', 'yes'],
  labels,
  probabilities: p.map((q) => [1 - q, q]),
});

function valueOf(statistic: Statistic, weights: Float64Array): number {
  const finding = statistic(weights);
  if (!isFound(finding)) throw new Error(finding.refused);
  return finding.value;
}

describe('the expected calibration error', () => {
  it('is the mean gap over bins of the most probable class, each weighted by its rows', () => {
    // Confidences .8, .8, .8, .8 with three right: gap .05; .55 and .55 with none right: gap .55.
    const outcome = binary([1, 1, 1, 0, 1, 0], [0.8, 0.8, 0.8, 0.8, 0.45, 0.55]);
    const value = valueOf(expectedCalibrationError(outcome), unitWeights(6));
    expect(value).toBeCloseTo((4 * 0.05 + 2 * 0.55) / 6, 12);
  });

  it('puts a confidence at the edge of a bin into the lower one', () => {
    // .6 is the upper end of the ninth of 15 bins, .61 lies in the tenth: gaps of different sign do not cancel.
    const outcome = binary([1, 0], [0.6, 0.61]);
    expect(valueOf(expectedCalibrationError(outcome), unitWeights(2))).toBeCloseTo((0.4 + 0.61) / 2, 12);
  });

  it('is 0 where all are told rightly with certainty, and refused of no rows', () => {
    expect(valueOf(expectedCalibrationError(binary([1, 0], [1, 0])), unitWeights(2))).toBe(0);
    expect(expectedCalibrationError(binary([], []))(unitWeights(0))).toEqual({ refused: 'there is no row' });
  });
});

describe('the reliability curve', () => {
  it('tells of each bin with rows their number, mean probability, and share of the class with an interval', () => {
    const [first, second, ...rest] = reliabilityCurve([0, 1, 1, 0], [0, 0.1, 0.12, 0.2]);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ low: 0, high: 0.1, n: 2, predicted: 0.05, observed: 0.5 });
    expect(second).toMatchObject({ low: 0.1, high: 0.2, n: 2, observed: 0.5 });
    expect(second?.predicted).toBeCloseTo(0.16, 12);
    expect(first?.interval[0]).toBeLessThan(0.1);
    expect(reliabilityCurve([], [])).toEqual([]);
  });
});

const RECALIBRATION = `
import json, sys
import numpy as np
from scipy.optimize import minimize
y, p, w = map(np.array, json.loads(sys.argv[1]))
x = np.log(p) - np.log1p(-p)
def loss(a, b):
    z = a + b * x
    return float((w * (np.logaddexp(0, z) - y * z)).sum())
both = minimize(lambda t: loss(*t), [0.0, 1.0], method="BFGS", options={"gtol": 1e-9})
alone = minimize(lambda t: loss(t[0], 1.0), [0.0], method="BFGS", options={"gtol": 1e-9})
print(json.dumps([both.x[1], alone.x[0]]))
`;

describe('calibration slope and intercept', () => {
  it.skipIf(!hasModule('scipy'))(
    `are where SciPy finds the highest likelihood, with weights ${needsPython}`,
    () => {
      for (const seed of [1, 2]) {
        const { labels, p } = randomBinary(90, seed);
        const rng = rngOf(seed, 'weights');
        const weights = labels.map(() => (seed === 1 ? 1 : rng.int(3)));
        const [slope, intercept] = JSON.parse(
          runPython(RECALIBRATION, [JSON.stringify([labels, p, weights])]),
        ) as [number, number];
        expect(valueOf(calibrationSlope(binary(labels, p)), Float64Array.from(weights))).toBeCloseTo(
          slope,
          5,
        );
        expect(valueOf(calibrationIntercept(binary(labels, p)), Float64Array.from(weights))).toBeCloseTo(
          intercept,
          5,
        );
      }
    },
  );

  it('are the inverse of how logits were stretched, and minus how they were moved', () => {
    const rng = rngOf(5, 'logits');
    const z = Array.from({ length: 40_000 }, () => rng.normal());
    const labels = z.map((value) => (rng.bool(1 / (1 + Math.exp(-value))) ? 1 : 0));
    const p = (change: (value: number) => number): number[] =>
      z.map((value) => 1 / (1 + Math.exp(-change(value))));
    const all = unitWeights(z.length);
    expect(
      valueOf(
        calibrationSlope(
          binary(
            labels,
            p((value) => 2 * value),
          ),
        ),
        all,
      ),
    ).toBeCloseTo(0.5, 1);
    expect(
      valueOf(
        calibrationIntercept(
          binary(
            labels,
            p((value) => value - 1),
          ),
        ),
        all,
      ),
    ).toBeCloseTo(1, 1);
  });

  it('takes probabilities of 0 and 1 for almost so', () => {
    const outcome = binary([1, 0, 1, 0], [1, 0, 0, 1]);
    expect(valueOf(calibrationSlope(outcome), unitWeights(4))).toBeCloseTo(0, 8);
    expect(valueOf(calibrationIntercept(outcome), unitWeights(4))).toBeCloseTo(0, 8);
  });

  it('are found where all are told wrongly with near certainty', () => {
    const outcome = binary([1, 1, 0], [1e-7, 1e-7, 1e-7]);
    const logit = Math.log(1e-7) - Math.log1p(-1e-7);
    expect(valueOf(calibrationIntercept(outcome), unitWeights(3))).toBeCloseTo(Math.log(2) - logit, 6);
  });

  it.each([
    ['the classes are separated', [0, 0, 1], [0.2, 0.3, 0.4], 'separate the classes'],
    ['they are separated the other way round', [1, 1, 0], [0.2, 0.3, 0.4], 'separate the classes'],
    ['they are separated but for a tie', [0, 0, 1, 1], [0.2, 0.3, 0.3, 0.4], 'separate the classes'],
    ['all probabilities are equal', [0, 1, 1], [0.3, 0.3, 0.3], 'all probabilities are equal'],
    ['a class is absent', [1, 1], [0.2, 0.3], 'no row is of class "no"'],
  ])('are refused in words: %s', (_, labels, p, words) => {
    const finding = calibrationSlope(binary(labels, p))(unitWeights(labels.length));
    expect(isFound(finding) ? '' : finding.refused).toContain(words);
  });

  it('are refused of three classes', () => {
    const outcome: ClassOutcome = {
      kind: 'classes',
      names: ['a', 'b', 'c'],
      labels: [0],
      probabilities: [[1, 0, 0]],
    };
    expect(calibrationSlope(outcome)(unitWeights(1))).toEqual({
      refused: 'is defined for two classes, not for 3',
    });
  });
});

describe('temperature scaling', () => {
  const rng = rngOf(11, 'temperature');
  const logits = Array.from({ length: 200 }, () => [0, 1, 2].map(() => 3 * rng.normal()));
  const labels = applyTemperature(logits, 2.5).map(([a = 0, b = 0]) => {
    const u = rng.float();
    return u < a ? 0 : u < a + b ? 1 : 2;
  });

  it.skipIf(!hasModule('scipy'))(`finds the temperature that SciPy finds ${needsPython}`, () => {
    const script = `
import json, sys
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
z, y = json.loads(sys.argv[1])
z = np.array(z)
loss = lambda t: -log_softmax(z / t, 1)[np.arange(len(y)), y].mean()
print(minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10}).x)`;
    const expected = Number(runPython(script, [JSON.stringify([logits, labels])]));
    expect(fitTemperature(logits, labels)).toBeCloseTo(expected, 6);
  });

  it('brings the temperature back by which labels were drawn, and changes no order', () => {
    expect(fitTemperature(logits, labels)).toBeGreaterThan(2);
    expect(fitTemperature(logits, labels)).toBeLessThan(3.2);
    const cooled = logits.map((row) => row.map((value) => value * 0.1));
    expect(fitTemperature(cooled, labels)).toBeCloseTo(0.1 * fitTemperature(logits, labels), 8);
    const order = (row: number[] | undefined): number[] =>
      [0, 1, 2].sort((a, b) => (row?.[a] ?? 0) - (row?.[b] ?? 0));
    const scaled = applyTemperature(logits, 7);
    logits.forEach((row, i) => expect(order(scaled[i])).toEqual(order(row)));
    scaled.forEach((row) => expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12));
  });

  it('gives the same from log probabilities as from logits', () => {
    const fromP = fitTemperature(logProbabilities(applyTemperature(logits, 1)), labels);
    expect(fromP).toBeCloseTo(fitTemperature(logits, labels), 8);
    expect(logProbabilities([[0, 1]])).toEqual([[Math.log(1e-12), 0]]);
  });

  it('stays positive and finite: all right, all wrong, no row', () => {
    const [coldest, hottest] = TEMPERATURES;
    expect(
      fitTemperature(
        [
          [2, 1],
          [1, 3],
        ],
        [0, 1],
      ),
    ).toBe(coldest);
    expect(
      fitTemperature(
        [
          [2, 1],
          [1, 3],
        ],
        [1, 0],
      ),
    ).toBe(hottest);
    expect(fitTemperature([], [])).toBe(1);
  });

  it('refuses logits that are not finite in one line', () => {
    expect(() =>
      fitTemperature(
        [
          [1, 2],
          [-Infinity, 0],
        ],
        [0, 1],
      ),
    ).toThrow(/^temperature: row 1 has the logits -Infinity,0;/);
  });
});
