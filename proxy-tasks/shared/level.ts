/**
 * Takes the linear trend out of a patch: the plane-wise brightness that tells where in the body a patch lies.
 *
 * Patches at the body's outside are dark on their outer side, coils brighten one end of a scan, beam hardening darkens
 * its middle. On 25 public scans that trend alone let a linear classifier solve half of the puzzles
 * (docs/proxy-tasks.md). What remains is structure.
 */
import type { Triple } from '../../src/core/tensor.js';

/**
 * In place: tissue less the linear function of position that fits it best (least squares), air at 0, on that function.
 *
 * @param patch one channel `[D, H, W]`
 * @param tissue `[D, H, W]`, 1 where there is tissue
 */
export function level(patch: Float32Array, tissue: Uint8Array, size: Triple): void {
  const [a, b, c, offset] = trend(patch, tissue, size);
  const [depth, height, width] = size;
  let i = 0;
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      const row = offset + a * (d - (depth - 1) / 2) + b * (h - (height - 1) / 2) - (c * (width - 1)) / 2;
      for (let w = 0; w < width; w++, i++)
        patch[i] = tissue[i] === 1 ? (patch[i] as number) - row - c * w : 0;
    }
  }
}

/** Slopes along `[D, H, W]` and the value in the middle, over tissue. */
function trend(
  patch: Float32Array,
  tissue: Uint8Array,
  [depth, height, width]: Triple,
): readonly [number, number, number, number] {
  // Normal equations: sums over tissue of products of the columns z, y, x, 1 and the values v.
  let [zz, zy, zx, z1, zv] = [0, 0, 0, 0, 0];
  let [yy, yx, y1, yv] = [0, 0, 0, 0];
  let [xx, x1, xv, n, v1] = [0, 0, 0, 0, 0];
  let i = 0;
  for (let d = 0; d < depth; d++) {
    const z = d - (depth - 1) / 2;
    for (let h = 0; h < height; h++) {
      const y = h - (height - 1) / 2;
      let [count, first, second, value, moment] = [0, 0, 0, 0, 0];
      for (let w = 0; w < width; w++, i++) {
        if (tissue[i] !== 1) continue;
        const x = w - (width - 1) / 2;
        const v = patch[i] as number;
        count += 1;
        first += x;
        second += x * x;
        value += v;
        moment += x * v;
      }
      zz += z * (z * count);
      zy += z * (y * count);
      zx += z * first;
      z1 += z * count;
      zv += z * value;
      yy += y * (y * count);
      yx += y * first;
      y1 += y * count;
      yv += y * value;
      xx += second;
      x1 += first;
      xv += moment;
      n += count;
      v1 += value;
    }
  }
  // Row-major, the values last.
  const sums = Float64Array.of(zz, zy, zx, z1, zv, zy, yy, yx, y1, yv, zx, yx, xx, x1, xv, z1, y1, x1, n, v1);
  const add = (place: number, value: number): void => {
    sums[place] = (sums[place] as number) + value;
  };
  // Where tissue is too thin to tell a slope, there is none.
  for (let k = 0; k < 4; k++) add(6 * k, k < 3 ? 1e-3 : 1e-9);
  return solved(sums);
}

/** Gauss's elimination of a symmetric positive definite system `[4, 5]`, in place. */
function solved(rows: Float64Array): readonly [number, number, number, number] {
  const at = (row: number, column: number): number => rows[row * 5 + column] as number;
  for (let pivot = 0; pivot < 4; pivot++) {
    for (let row = 0; row < 4; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      for (let column = pivot; column < 5; column++)
        rows[row * 5 + column] = at(row, column) - factor * at(pivot, column);
    }
  }
  return [at(0, 4) / at(0, 0), at(1, 4) / at(1, 1), at(2, 4) / at(2, 2), at(3, 4) / at(3, 3)];
}
