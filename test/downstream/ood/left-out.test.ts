/**
 * Distances of rows that are left out, by an update of rank m, equal those by a covariance that is computed without them.
 */
import { describe, expect, it } from 'vitest';
import { cholesky, forwardSolve } from '../../../src/core/linear-algebra/cholesky.js';
import { dot } from '../../../src/core/linear-algebra/vector.js';
import { rngOf } from '../../../src/core/random.js';
import { knownFeatures, squaredDistance, type KnownFeatures } from '../../../src/downstream/ood/distance.js';
import { leftOutDistances } from '../../../src/downstream/ood/left-out.js';

const WIDTH = 6;

/** Correlated rows, of patients with one row or several. */
function rowsOf(count: number, draw = 0): Float64Array[] {
  const rng = rngOf('left out', count, draw);
  return Array.from({ length: count }, () => {
    const shared = rng.normal();
    return Float64Array.from({ length: WIDTH }, (_, j) => 10 * j + (j + 1) * (shared + rng.normal()));
  });
}

/** Of each row, by mean and covariance of the rows of other owners, with the scale and the identity's part of all. */
function byHand(rows: readonly Float64Array[], owners: readonly number[], known: KnownFeatures): number[] {
  const n = rows.length;
  const scaled = rows.map((row) => row.map((x, j) => (x - (known.mean[j] ?? 0)) * (known.scale[j] ?? 0)));
  return rows.map((_, own) => {
    const kept = scaled.filter((__, row) => owners[row] !== owners[own]);
    const mean = Float64Array.from(
      { length: WIDTH },
      (__, j) => kept.reduce((sum, row) => sum + (row[j] ?? 0), 0) / kept.length,
    );
    const covariance = Array.from({ length: WIDTH }, (__, i) =>
      Float64Array.from({ length: WIDTH }, (___, j) => {
        const products = kept.map(
          (row) => ((row[i] ?? 0) - (mean[i] ?? 0)) * ((row[j] ?? 0) - (mean[j] ?? 0)),
        );
        const sample = products.reduce((sum, one) => sum + one, 0) / kept.length;
        // Features have a deviation of 1, so that the identity is their target; the update scales all of it by n / (n − m).
        return (1 - known.shrinkage) * sample + (i === j ? (known.shrinkage * n) / kept.length : 0);
      }),
    );
    const z = forwardSolve(
      cholesky(covariance, { floor: 0 }),
      (scaled[own] as Float64Array).map((x, j) => x - (mean[j] ?? 0)),
    );
    return dot(z, z);
  });
}

describe('distances of rows that are left out', () => {
  it.each([
    ['each alone', 20, (row: number) => row],
    ['three of a patient', 21, (row: number) => Math.floor(row / 3)],
    ['one patient with half of all', 20, (row: number) => (row < 10 ? 0 : row)],
    ['more of a patient than features', 24, (row: number) => row % 3],
  ])('are those to the others: %s', (_, count, ownerOf) => {
    const rows = rowsOf(count);
    const owners = rows.map((__, row) => ownerOf(row));
    const known = knownFeatures(rows);
    const found = leftOutDistances(rows, owners, known);
    byHand(rows, owners, known).forEach((one, row) => expect((found[row] ?? NaN) / one).toBeCloseTo(1, 9));
  });

  it('are like those of new rows, where those of the rows themselves are too small', () => {
    const meanLog = (squares: readonly number[]): number =>
      squares.reduce((sum, one) => sum + Math.log(one), 0) / squares.length;
    const [own, left, fresh] = [[], [], []] as [number[], number[], number[]];
    for (let draw = 0; draw < 40; draw++) {
      const rows = rowsOf(12, draw);
      const known = knownFeatures(rows);
      own.push(...rows.map((row) => squaredDistance(row, known)));
      left.push(...leftOutDistances(rows, [...rows.keys()], known));
      fresh.push(...rowsOf(12, draw + 0.5).map((row) => squaredDistance(row, known)));
    }
    expect(meanLog(own)).toBeLessThan(meanLog(fresh) - 0.2);
    expect(Math.abs(meanLog(left) - meanLog(fresh))).toBeLessThan(0.1);
  });
});
