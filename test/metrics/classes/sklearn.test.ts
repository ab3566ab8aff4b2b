/**
 * Metrics of classes against scikit-learn's, on random tables with ties.
 */
import { describe, expect, it } from 'vitest';
import { accuracy, balancedAccuracy } from '../../../src/metrics/classes/accuracy.js';
import { auroc, classAuroc } from '../../../src/metrics/classes/auroc.js';
import { averagePrecision, classAveragePrecision } from '../../../src/metrics/classes/average-precision.js';
import { brier } from '../../../src/metrics/classes/brier.js';
import { isFound, unitWeights, type Finding } from '../../../src/metrics/finding.js';
import { rngOf } from '../../../src/core/random.js';
import type { ClassOutcome } from '../../../src/metrics/outcome-table.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';
import { randomBinary } from '../support.js';

const SCRIPT = `
import json, sys
import numpy as np
from sklearn.metrics import (accuracy_score, average_precision_score, balanced_accuracy_score, brier_score_loss,
                             roc_auc_score)
from sklearn.preprocessing import label_binarize
out = []
for case in json.loads(sys.argv[1]):
    y, p = np.array(case["labels"]), np.array(case["probabilities"])
    k = p.shape[1]
    one = label_binarize(y, classes=range(k)) if k > 2 else np.stack([1 - y, y], 1)
    binary = k == 2
    out.append({
        "accuracy": accuracy_score(y, p.argmax(1)),
        "balanced_accuracy": balanced_accuracy_score(y, p.argmax(1)),
        "auroc": roc_auc_score(y, p[:, 1]) if binary else roc_auc_score(y, p, multi_class="ovr", average="macro"),
        "average_precision": average_precision_score(y, p[:, 1]) if binary else average_precision_score(one, p),
        "brier": brier_score_loss(y, p[:, 1]) if binary else float(((p - one) ** 2).sum(1).mean()),
    })
print(json.dumps(out))
`;

function binaryOutcome(n: number, seed: number): ClassOutcome {
  const { labels, p } = randomBinary(n, seed);
  return { kind: 'classes', names: ['no', 'yes'], labels, probabilities: p.map((q) => [1 - q, q]) };
}

/** Probabilities of three classes that sum to 1 exactly as scikit-learn demands, in steps of 1/16. */
function ternaryOutcome(n: number, seed: number): ClassOutcome {
  const rng = rngOf(seed, 'ternary');
  const probabilities = Array.from({ length: n }, () => {
    const [a, b] = [rng.int(9), rng.int(9)];
    return [a / 16, b / 16, (16 - a - b) / 16];
  });
  const labels = probabilities.map((row) => (rng.bool(0.6) ? row.indexOf(Math.max(...row)) : rng.int(3)));
  return { kind: 'classes', names: ['a', 'b', 'c'], labels, probabilities };
}

const valueOf = (finding: Finding): number => {
  if (!isFound(finding)) throw new Error(finding.refused);
  return finding.value;
};

describe.skipIf(!hasModule('sklearn'))(`metrics of classes ${needsPython} with scikit-learn`, () => {
  it('equal those of scikit-learn for two and for three classes', () => {
    const outcomes = [
      binaryOutcome(30, 1),
      binaryOutcome(400, 2),
      ternaryOutcome(60, 3),
      ternaryOutcome(300, 4),
    ];
    const expected = JSON.parse(runPython(SCRIPT, [JSON.stringify(outcomes)])) as Record<string, number>[];
    const metrics = {
      accuracy,
      balanced_accuracy: balancedAccuracy,
      auroc: classAuroc,
      average_precision: classAveragePrecision,
      brier,
    };
    outcomes.forEach((outcome, i) => {
      const weights = unitWeights(outcome.labels.length);
      for (const [name, metric] of Object.entries(metrics)) {
        expect(valueOf(metric(outcome)(weights)), `${name} of case ${i}`).toBeCloseTo(
          expected[i]?.[name] ?? NaN,
          12,
        );
      }
    });
  });

  it('equal those of scikit-learn with weights', () => {
    const { labels, p } = randomBinary(120, 8);
    const rng = rngOf(8, 'weights');
    const weights = labels.map(() => rng.int(4));
    const outcome = binaryOutcome(120, 8);
    const script = `
import json, sys
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
y, p, w = json.loads(sys.argv[1])
print(json.dumps([f(y, p, sample_weight=w) for f in (roc_auc_score, average_precision_score, brier_score_loss)]))`;
    const expected = JSON.parse(runPython(script, [JSON.stringify([labels, p, weights])])) as number[];
    [classAuroc, classAveragePrecision, brier].forEach((metric, i) => {
      expect(valueOf(metric(outcome)(Float64Array.from(weights)))).toBeCloseTo(expected[i] ?? NaN, 12);
    });
  });
});

describe('area under the curve and average precision', () => {
  it('are those of a case counted by hand, with a tie between the classes', () => {
    // Pairs: (.9 over .4, .2, .1), (.4 ties .4, over .2, .1), (.1 below .4, .2, ties .1): 3 + 2.5 + 0.5 of 9.
    const [labels, scores] = [
      [1, 0, 1, 0, 0, 1],
      [0.9, 0.4, 0.4, 0.2, 0.1, 0.1],
    ] as const;
    expect(auroc(labels, scores)).toMatchObject({ value: 6 / 9, counts: { positives: 3, negatives: 3 } });
    // Precision 1 at the first, 2/3 at the tie, 3/6 at the end.
    expect(valueOf(averagePrecision(labels, scores))).toBeCloseTo((1 + 2 / 3 + 3 / 6) / 3, 12);
  });

  it('are 1 where the classes are told apart, and 0.5 and the share of positives where all scores are equal', () => {
    expect(auroc([0, 0, 1], [0.1, 0.2, 0.3])).toMatchObject({ value: 1 });
    expect(auroc([0, 0, 1, 0], [7, 7, 7, 7])).toMatchObject({ value: 0.5 });
    expect(averagePrecision([0, 0, 1, 0], [7, 7, 7, 7])).toMatchObject({ value: 0.25 });
  });

  it('are refused in words where a class is absent', () => {
    expect(auroc([1, 1], [0.2, 0.3])).toEqual({ refused: 'all rows are of the class' });
    expect(auroc([], [])).toEqual({ refused: 'no row is of the class' });
    expect(averagePrecision([0, 0], [0.2, 0.3])).toEqual({ refused: 'no row is of the class' });
    const ternary = { ...ternaryOutcome(40, 1), labels: new Array<number>(40).fill(1) };
    expect(classAuroc(ternary)(unitWeights(40))).toEqual({ refused: 'no row is of class "a"' });
    expect(balancedAccuracy(ternary)(unitWeights(40))).toEqual({ refused: 'no row is of class "a"' });
  });
});

describe('accuracy', () => {
  it('takes the first of equally probable classes', () => {
    const outcome: ClassOutcome = {
      kind: 'classes',
      names: ['a', 'b'],
      labels: [0, 1],
      probabilities: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    };
    expect(accuracy(outcome)(unitWeights(2))).toEqual({ value: 0.5 });
    expect(accuracy(outcome, [1, 1])(unitWeights(2))).toEqual({ value: 0.5 });
  });

  it('is refused of no rows', () => {
    const outcome: ClassOutcome = { kind: 'classes', names: ['a', 'b'], labels: [], probabilities: [] };
    expect(accuracy(outcome)(unitWeights(0))).toEqual({ refused: 'there is no row' });
  });
});
