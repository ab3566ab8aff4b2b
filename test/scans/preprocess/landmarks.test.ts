import { describe, expect, it } from 'vitest';
import { hashJson } from '../../../src/core/hash.js';
import { rngOf } from '../../../src/core/random.js';
import { percentileWithin } from '../../../src/scans/preprocess/intensity.js';
import {
  USUAL_PERCENTILES,
  landmarksOf,
  matchLandmarks,
  meanLandmarks,
} from '../../../src/scans/preprocess/landmarks.js';
import { ScanOptions, clippingOf, transformsJson, transformsOf } from '../../../src/scans/options.js';

const rng = rngOf('landmarks');
const tissue = Float32Array.from({ length: 4000 }, () => 100 + 30 * rng.normal() + (rng.bool(0.3) ? 90 : 0));
const everything = new Uint8Array(4000).fill(1);

describe('histogram matching', () => {
  const reference = { percentiles: [1, 25, 50, 75, 99], values: [0, 20, 35, 70, 100] };

  it("gives a scan's percentiles of tissue the reference's values", () => {
    const matched = tissue.slice();
    matchLandmarks(matched, everything, reference);
    reference.percentiles.forEach((percent, i) =>
      expect(percentileWithin(matched, percent)).toBeCloseTo(reference.values[i] as number, 1),
    );
  });

  it('makes scans alike whose scanners answered differently', () => {
    const [plain, other] = [tissue.slice(), tissue.map((value) => 7 * value + 0.02 * value * value - 300)];
    const before = landmarksOf(other, everything);
    matchLandmarks(plain, everything, reference);
    matchLandmarks(other, everything, reference);
    const [a, b] = [landmarksOf(plain, everything), landmarksOf(other, everything)];
    expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))).toBeLessThan(2);
    expect(before[5]).toBeGreaterThan(500);
  });

  it('keeps the order of values, also beyond the landmarks and in air', () => {
    const sorted = tissue.slice().sort();
    const mask = new Uint8Array(4000).fill(1, 1000);
    matchLandmarks(sorted, mask, reference);
    expect(sorted.every((value, i) => i === 0 || value >= (sorted[i - 1] as number))).toBe(true);
    expect(sorted[0]).toBeLessThan(0);
  });

  it('bears scans of few grey values', () => {
    const few = Float32Array.from({ length: 100 }, (_, i) => (i < 80 ? 5 : 9));
    matchLandmarks(few, new Uint8Array(100).fill(1), reference);
    expect(new Set(few)).toEqual(new Set([0, 100]));
  });

  it('takes the mean of several scans on one scale', () => {
    const found = landmarksOf(tissue, everything);
    const mean = meanLandmarks([found, found.map((value) => 3 * value - 8)], USUAL_PERCENTILES);
    expect(mean.values[0]).toBe(0);
    expect(mean.values.at(-1)).toBe(100);
    expect(ScanOptions.parse({ landmarks: mean }).landmarks).toEqual(mean);
  });

  it('is part of what the cache is keyed by', () => {
    const key = (given: object): string => hashJson(transformsJson(transformsOf(ScanOptions.parse(given))));
    const other = { ...reference, values: [0, 20, 35, 71, 100] };
    expect(new Set([key({}), key({ landmarks: reference }), key({ landmarks: other })]).size).toBe(3);
  });

  it('refuses landmarks that do not rise', () => {
    expect(() => ScanOptions.parse({ landmarks: { percentiles: [1, 99], values: [5, 5] } })).toThrow(
      /must rise/,
    );
    expect(() => ScanOptions.parse({ landmarks: { percentiles: [1, 99], values: [5] } })).toThrow();
  });
});

describe('defaults of modalities', () => {
  it('hold beside what an experiment says of others, and give way to it', () => {
    const options = ScanOptions.parse({ modalities: { MR: { percentiles: [1, 99] }, US: {} } });
    expect(clippingOf(options, 'CT').window).toEqual({ center: 0, width: 2000 });
    expect(clippingOf(options, 'MR').percentiles).toEqual([1, 99]);
    expect(clippingOf(options, 'US').percentiles).toEqual([0.5, 99.5]);
    expect(clippingOf(options, null).window).toBeUndefined();
    expect(ScanOptions.parse(options)).toEqual(options);
  });
});
