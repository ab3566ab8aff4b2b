import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import {
  clipRangeOf,
  foregroundOf,
  percentileOf,
  percentileWithin,
  rangeOf,
  standardise,
} from '../../../src/scans/preprocess/intensity.js';

/** Air in three quarters, tissue in the rest. */
function scan(scale: number, offset: number): Float32Array {
  const rng = rngOf(1, 'scan');
  return Float32Array.from(
    { length: 4000 },
    (_, i) => offset + scale * (i % 4 === 0 ? 100 + 10 * rng.normal() : Math.abs(2 * rng.normal())),
  );
}

describe('foreground', () => {
  it('tells tissue from noisy air', () => {
    const mask = foregroundOf(scan(1, 0), [0.5, 99.5]);
    const wrong = mask.filter((inside, i) => inside !== (i % 4 === 0 ? 1 : 0)).length;
    expect(wrong).toBe(0);
  });

  it('tells tissue from air in Hounsfield units with padding below air', () => {
    const rng = rngOf(2, 'ct');
    const tissue = (i: number): boolean => i % 2 === 0;
    const ct = Float32Array.from({ length: 4000 }, (_, i) =>
      i % 5 === 3 && !tissue(i) ? -3024 : tissue(i) ? 40 + 30 * rng.normal() : -1000 + 10 * rng.normal(),
    );
    const mask = foregroundOf(ct, [0.5, 99.5]);
    expect(mask.every((inside, i) => inside === (tissue(i) ? 1 : 0))).toBe(true);
  });

  it('finds content that is a fraction of a percent', () => {
    const voxels = new Float32Array(10_000);
    voxels[17] = 5;
    expect(foregroundOf(voxels, [0.5, 99.5]).reduce((sum, inside) => sum + inside, 0)).toBe(1);
  });
});

/** Clips at percentiles and standardises; whether it could. */
function standardised(voxels: Float32Array, foreground = foregroundOf(voxels, [0.5, 99.5])): boolean {
  const range = clipRangeOf(voxels, foreground, { percentiles: [0.5, 99.5], window: undefined });
  return range !== null && standardise(voxels, foreground, range);
}

describe('standardising', () => {
  it('does not depend on scale and offset of the scanner', () => {
    const [one, other] = [scan(1, 0), scan(300, 50)].map((voxels) => {
      standardised(voxels);
      return voxels;
    }) as [Float32Array, Float32Array];
    one.forEach((value, i) => expect(value).toBeCloseTo(other[i] as number, 3));
  });

  it('gives tissue mean 0 and deviation 1', () => {
    const voxels = scan(1, 0);
    const foreground = foregroundOf(voxels, [0.5, 99.5]);
    expect(standardised(voxels, foreground)).toBe(true);
    const tissue = [...voxels].filter((_, i) => foreground[i] === 1);
    const mean = tissue.reduce((sum, value) => sum + value, 0) / tissue.length;
    const variance = tissue.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tissue.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(variance).toBeCloseTo(1, 3);
  });

  it('clips an outlier instead of scaling by it', () => {
    const voxels = scan(1, 0);
    voxels[0] = 1e30;
    standardised(voxels);
    expect(rangeOf(voxels).high).toBeLessThan(5);
  });

  it('says that a constant volume can not be standardised', () => {
    const voxels = new Float32Array(100).fill(7);
    expect(standardised(voxels, new Uint8Array(100).fill(1))).toBe(false);
  });
});

it('percentiles interpolate as NumPy does', () => {
  const sorted = Float32Array.of(0, 1, 2, 3, 10);
  expect(percentileOf(sorted, 0)).toBe(0);
  expect(percentileOf(sorted, 50)).toBe(2);
  expect(percentileOf(sorted, 90)).toBeCloseTo(7.2, 5);
  expect(percentileOf(sorted, 100)).toBe(10);
});

it('finds percentiles without sorting as it does with, of negative numbers and under a mask', () => {
  const values = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i * i) * 10 ** (i % 7) - 3);
  const mask = Uint8Array.from(values, (_, i) => (i % 3 === 0 ? 1 : 0));
  const sorted = values.slice().sort();
  const within = values.filter((_, i) => i % 3 === 0).sort();
  for (const percent of [0, 0.5, 33.3, 50, 99.5, 100]) {
    expect(percentileWithin(values, percent)).toBe(percentileOf(sorted, percent));
    expect(percentileWithin(values, percent, mask)).toBe(percentileOf(within, percent));
  }
});

it('clips to a window where one is given', () => {
  const range = clipRangeOf(new Float32Array(8), new Uint8Array(8), {
    percentiles: [0, 100],
    window: { center: 40, width: 400 },
  });
  expect(range).toEqual([-160, 240]);
});
