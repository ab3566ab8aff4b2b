/**
 * Eigenvalues of symmetric matrices by Jacobi's rotations, in float64.
 *
 * Source: Golub and Van Loan, "Matrix Computations", 4th edition, 2013, section 8.5.
 */
import type { Matrix } from './matrix.js';

/** At most so many sweeps over all pairs; ten are usual. */
const MOST_SWEEPS = 30;

/** The eigenvalues of a symmetric matrix, largest first. */
export function eigenvalues({ rows: n, data }: Matrix): number[] {
  const a = Float64Array.from(data);
  const at = (i: number, j: number): number => a[i * n + j] ?? 0;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = at(p, q);
        off += apq ** 2;
        if (Math.abs(apq) < 1e-14) continue;
        const theta = (at(q, q) - at(p, p)) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta ** 2 + 1));
        const c = 1 / Math.sqrt(t ** 2 + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [at(k, p), at(k, q)];
          a[k * n + p] = c * kp - s * kq;
          a[k * n + q] = s * kp + c * kq;
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [at(p, k), at(q, k)];
          a[p * n + k] = c * pk - s * qk;
          a[q * n + k] = s * pk + c * qk;
        }
      }
    }
    if (off < 1e-18) break;
  }
  return Array.from({ length: n }, (_, i) => at(i, i)).sort((x, y) => y - x);
}
