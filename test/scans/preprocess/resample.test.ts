import { describe, expect, it } from 'vitest';
import { resample } from '../../../src/scans/preprocess/resample.js';

const volume = (
  shape: readonly [number, number, number],
  value: (d: number, h: number, w: number) => number,
): Float32Array =>
  Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) =>
    value(Math.floor(i / (shape[1] * shape[2])), Math.floor(i / shape[2]) % shape[1], i % shape[2]),
  );

describe('resampling', () => {
  it('leaves a volume of the wanted spacing untouched', () => {
    const input = volume([3, 4, 5], (d, h, w) => Math.sin(d + 2 * h + 3 * w));
    expect(resample(input, [3, 4, 5], [2, 2, 2], [2, 2, 2]).voxels).toEqual(input);
  });

  it('brings anisotropic voxels to one spacing', () => {
    const { shape } = resample(new Float32Array(10 * 20 * 30), [10, 20, 30], [6, 1.5, 1], [3, 3, 3]);
    expect(shape).toEqual([20, 10, 10]);
  });

  it('keeps constants constant up to the border', () => {
    const { voxels } = resample(new Float32Array(7 * 9 * 11).fill(4), [7, 9, 11], [1, 2, 5], [3, 3, 3]);
    for (const value of voxels) expect(value).toBeCloseTo(4, 5);
  });

  it('interpolates a ramp linearly', () => {
    const { voxels, shape } = resample(
      volume([1, 1, 8], (_d, _h, w) => w),
      [1, 1, 8],
      [1, 1, 4],
      [1, 1, 2],
    );
    expect(shape).toEqual([1, 1, 16]);
    // Output i lies at (i - 7.5) / 2 + 3.5 inputs.
    for (let i = 1; i < 15; i++) expect(voxels[i]).toBeCloseTo(i / 2 - 0.25, 5);
  });

  it('does not alias: stripes finer than the new spacing become their mean', () => {
    const stripes = volume([1, 1, 96], (_d, _h, w) => w % 2);
    const { voxels } = resample(stripes, [1, 1, 96], [1, 1, 1], [1, 1, 4]);
    for (const value of voxels.subarray(2, -2)) expect(Math.abs(value - 0.5)).toBeLessThan(0.01);
  });

  it('commutes with flips', () => {
    const input = volume([5, 6, 7], (d, h, w) => Math.cos(d * d + 3 * h + w * w));
    const flipped = input.slice().reverse();
    const one = resample(input, [5, 6, 7], [1, 2, 1.7], [2.3, 1.1, 3]).voxels;
    const other = resample(flipped, [5, 6, 7], [1, 2, 1.7], [2.3, 1.1, 3]).voxels.reverse();
    one.forEach((value, i) => expect(value).toBeCloseTo(other[i] as number, 5));
  });

  it('takes a single slice', () => {
    expect(resample(Float32Array.of(1, 2, 3, 4), [1, 2, 2], [6, 1, 1], [3, 1, 1])).toEqual({
      voxels: Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4),
      shape: [2, 2, 2],
    });
  });
});
