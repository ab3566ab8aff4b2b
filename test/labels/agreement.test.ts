/** Agreement of readers: published values, and scikit-learn and SciPy where there are any. */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { diceOf } from '../../src/labels/agreement/dice.js';
import { cohenKappa, fleissKappa } from '../../src/labels/agreement/kappa.js';
import { needsPython, python, runPython } from '../support/python.js';

/** Fleiss (1971), table 1: six psychiatrists each of 30 patients, five diagnoses. */
const FLEISS = `
0 0 0 6 0|0 3 0 0 3|0 1 4 0 1|0 0 0 0 6|0 3 0 3 0|2 0 4 0 0|0 0 4 0 2|2 0 3 1 0|2 0 0 4 0|0 0 0 0 6
1 0 0 5 0|1 1 0 4 0|0 3 3 0 0|1 0 0 5 0|0 2 0 3 1|0 0 5 0 1|3 0 0 1 2|5 1 0 0 0|0 2 0 4 0|1 0 2 0 3
0 0 0 0 6|0 1 0 5 0|0 2 0 1 3|2 0 0 4 0|1 0 0 4 1|0 5 0 1 0|4 0 0 0 2|0 2 0 4 0|1 0 5 0 0|0 0 0 0 6`
  .trim()
  .split(/[|\n]/)
  .map((row) =>
    row
      .split(' ')
      .flatMap((count, diagnosis) => Array.from({ length: Number(count) }, () => String(diagnosis))),
  );

const times = (count: number, a: string, b: string): [string, string][] =>
  Array.from({ length: count }, () => [a, b]);

describe('kappa', () => {
  it("is Fleiss' .430 on the table of his paper", () => {
    expect(FLEISS.map(({ length }) => length)).toEqual(Array.from({ length: 30 }, () => 6));
    expect(fleissKappa(FLEISS)?.toFixed(3)).toBe('0.430');
  });

  it("is Cohen's .492 on the table of his paper of 1968, and .4 of 50 proposals judged by two", () => {
    // Cohen, Weighted kappa, Psychological Bulletin 70 (1968), pages 213 to 220: proportions of 200 patients, here as counts. Table
    // and value as the documentation of `cohen.kappa` in R's package psych gives them ("cohen reports .492 and .348").
    const table = [
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ];
    const cohen = table.flatMap((row, i) => row.flatMap((count, j) => times(count, String(i), String(j))));
    expect(cohen).toHaveLength(200);
    expect(cohenKappa(cohen)?.toFixed(3)).toBe('0.492');
    const proposals = [
      ...times(20, 'yes', 'yes'),
      ...times(5, 'yes', 'no'),
      ...times(10, 'no', 'yes'),
      ...times(15, 'no', 'no'),
    ];
    expect(cohenKappa(proposals)).toBeCloseTo(0.4, 12);
  });

  it('is undefined where chance alone agrees always, and of two readers Fleiss counts as Scott did', () => {
    expect(cohenKappa([])).toBeNull();
    expect(cohenKappa(times(5, 'a', 'a'))).toBeNull();
    expect(fleissKappa([['a']])).toBeNull();
    expect(
      fleissKappa([
        ['a', 'a'],
        ['a', 'a'],
      ]),
    ).toBeNull();
    // Scott's pi: observed 1/2, expected (3/4)² + (1/4)².
    expect(
      fleissKappa([
        ['a', 'a'],
        ['a', 'b'],
      ]),
    ).toBeCloseTo((0.5 - 0.625) / 0.375, 12);
  });

  it.skipIf(python === undefined)(
    `agrees with scikit-learn and SciPy on drawn tables ${needsPython}`,
    (context) => {
      const rng = rngOf('kappa');
      const pairs = Array.from({ length: 200 }, (): [string, string] => {
        const first = Math.floor(4 * rng.float());
        return [String(first), String(rng.float() < 0.6 ? first : Math.floor(4 * rng.float()))];
      });
      const masks = [0.4, 0.5].map((share) =>
        Array.from({ length: 300 }, () => (rng.float() < share ? 1 : 0)),
      );
      const script = `
import json, sys
try:
    from sklearn.metrics import cohen_kappa_score
    from scipy.spatial.distance import dice
except ImportError:
    print("absent"); sys.exit()
pairs, masks = json.loads(sys.argv[1])
print(cohen_kappa_score(*zip(*pairs)), 1 - dice(*[[bool(v) for v in m] for m in masks]))
`;
      const printed = runPython(script, [JSON.stringify([pairs, masks])]).trim();
      if (printed === 'absent') return context.skip('needs scikit-learn');
      const [kappa = NaN, overlap = NaN] = printed.split(' ').map(Number);
      expect(cohenKappa(pairs)).toBeCloseTo(kappa, 10);
      const [first = [], second = []] = masks;
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const common = sum(first.map((value, i) => value * (second[i] ?? 0)));
      expect(diceOf({ first: sum(first), second: sum(second), common })).toBeCloseTo(overlap, 10);
    },
  );
});
