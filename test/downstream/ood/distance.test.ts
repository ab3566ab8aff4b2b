import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { knownFeatures, shrunkCovariance, squaredDistance } from '../../../src/downstream/ood/distance.js';
import { hasModule, runPython } from '../../support/python.js';

const rowsOf = (name: string, rows: number, features: number, shift = 0): Float64Array[] => {
  const rng = rngOf(name);
  return Array.from({ length: rows }, () => {
    const common = rng.normal();
    return Float64Array.from({ length: features }, (_, j) => rng.normal() + common + shift + j);
  });
};

const script = `
import json, sys
from sklearn.covariance import ledoit_wolf
print(json.dumps(ledoit_wolf(json.loads(sys.argv[1]), assume_centered=True)[0].tolist()))
`;

describe('the distance of features', () => {
  it('is small for rows like those of training and great for others, with few features and with many', () => {
    for (const [n, f] of [
      [200, 5],
      [40, 120],
    ] as const) {
      const known = knownFeatures(rowsOf('known', n, f));
      const like = rowsOf('like', 50, f).map((row) => squaredDistance(row, known));
      // Their mean is as the others': what they have in common is reversed in every second feature.
      const other = rowsOf('like', 50, f).map((row) =>
        squaredDistance(
          row.map((one, j) => (j % 2 === 0 ? one : 2 * j - one)),
          known,
        ),
      );
      const median = (values: number[]): number => values.sort((a, b) => a - b)[25] ?? NaN;
      expect(median(other)).toBeGreaterThan(1.3 * median(like));
    }
  });

  it('does not count a feature that never varied', () => {
    const rows = rowsOf('known', 30, 3).map((row) => Float64Array.of(...row, 7));
    const known = knownFeatures(rows);
    const [row] = rows;
    expect(squaredDistance(Float64Array.of(...(row ?? []).slice(0, 3), 9), known)).toBe(
      squaredDistance(row ?? new Float64Array(4), known),
    );
  });

  it("uses a covariance between the sample's and a multiple of the identity, with the trace kept", () => {
    const rows = rowsOf('cov', 60, 6).map((row) => row.map((one, j) => one - j));
    const { covariance: made } = shrunkCovariance(rows);
    const sample = (i: number, j: number): number =>
      rows.reduce((sum, row) => sum + ((row[i] ?? 0) * (row[j] ?? 0)) / rows.length, 0);
    const trace = [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + (made[i]?.[i] ?? NaN), 0);
    expect(trace).toBeCloseTo(
      [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + sample(i, i), 0),
      10,
    );
    const shares = [
      [0, 1],
      [2, 5],
      [3, 4],
    ].map(([i = 0, j = 0]) => (made[i]?.[j] ?? NaN) / sample(i, j));
    for (const share of shares) expect(share).toBeCloseTo(shares[0] ?? NaN, 10);
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares[0]).toBeLessThan(1);
  });

  it.skipIf(!hasModule('sklearn'))(
    'uses the covariance of scikit-learn (needs VOXOLVE_PYTHON with it)',
    () => {
      for (const [n, f] of [
        [12, 6],
        [60, 4],
        [8, 20],
      ] as const) {
        const rows = rowsOf(`sklearn ${n}`, n, f).map((row) => row.map((one, j) => one - j));
        const theirs = JSON.parse(
          runPython(script, [JSON.stringify(rows.map((row) => [...row]))]),
        ) as number[][];
        const { covariance: ours } = shrunkCovariance(rows);
        theirs.forEach((row, i) => row.forEach((one, j) => expect(ours[i]?.[j]).toBeCloseTo(one, 10)));
      }
    },
  );
});
