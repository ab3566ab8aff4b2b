/**
 * Intensities: segmentation of tissue, and normalisation.
 *
 * Scans differ in units (Hounsfield, arbitrary), range and share of air. Otsu's threshold separates tissue from air;
 * intensities are clipped at percentiles and standardised over tissue, so that neither a bright implant nor the field
 * of view decides the scale.
 */
import { linearQuantile } from '../../core/statistics/quantiles.js';
import type { Clipping } from '../options.js';

/** Lowest plausible Hounsfield units: air is at -1000, and scanners pad with lower values. */
const DARKEST_AIR = -1024;

const BINS = 128;

/** Smallest and largest value, and the number of values that are NaN or infinite. */
export function rangeOf(voxels: Float32Array): { low: number; high: number; nonFinite: number } {
  let low = Infinity;
  let high = -Infinity;
  let nonFinite = 0;
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i] as number;
    // The difference is not 0 only for NaN and infinities.
    if (value - value !== 0) {
      nonFinite++;
    } else {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, high, nonFinite };
}

/** Value below which `percent` of `sorted` lie, with NumPy's linear interpolation. */
export function percentileOf(sorted: Float32Array, percent: number): number {
  return linearQuantile(percent / 100, sorted.length, (rank) => sorted[rank] as number);
}

/**
 * Percentile of values in any order, without NaN: they are counted by their upper bits first, so that only one bucket
 * is sorted. With `mask`, only values at which it is 1 count.
 */
export function percentileWithin(values: Float32Array, percent: number, mask?: Uint8Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  /** Upper half of a key with the order of the numbers: sign bit flipped, all bits inverted for negative numbers. */
  const bucketOf = (i: number): number => {
    const raw = bits[i] as number;
    return (raw & 0x80000000 ? ~raw : raw | 0x80000000) >>> 16;
  };
  const counts = new Uint32Array(1 << 16);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if (mask !== undefined && mask[i] !== 1) continue;
    const bucket = bucketOf(i);
    counts[bucket] = (counts[bucket] as number) + 1;
    total++;
  }
  const at = (rank: number): number => {
    let [bucket, before] = [0, 0];
    while (before + (counts[bucket] as number) <= rank) before += counts[bucket++] as number;
    const members = new Float32Array(counts[bucket] as number);
    let found = 0;
    for (let i = 0; i < values.length && found < members.length; i++)
      if ((mask === undefined || mask[i] === 1) && bucketOf(i) === bucket)
        members[found++] = values[i] as number;
    return members.sort()[rank - before] as number;
  };
  return linearQuantile(percent / 100, total, at);
}

/**
 * Mask with 1 for tissue, 0 for air: above the lower of Otsu's two thresholds (three classes: air, soft, bright).
 * N. Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 1979.
 *
 * @param measured 1 for measured voxels, 0 for padding. Padding has the darkest measured value, so it is at the dark
 *   end of the histogram and never tissue; even if all air was padded, tissue is separated from air rather than from
 *   other tissue. Padding does not count in the percentile at the bright end.
 */
export function foregroundOf(
  voxels: Float32Array,
  percentiles: readonly [number, number],
  measured?: Uint8Array,
): Uint8Array {
  const low = Math.max(percentileWithin(voxels, percentiles[0]), Math.min(DARKEST_AIR, rangeOf(voxels).high));
  const high = percentileWithin(voxels, percentiles[1], measured);
  const mask = new Uint8Array(voxels.length);
  if (!(high > low)) {
    // Almost all voxels have one value: those above it are the content.
    for (let i = 0; i < voxels.length; i++) mask[i] = (voxels[i] as number) > low ? 1 : 0;
    return mask;
  }
  const scale = BINS / (high - low);
  const binOf = (value: number): number => Math.min(BINS - 1, Math.max(0, Math.floor((value - low) * scale)));
  const histogram = new Float64Array(BINS);
  for (const value of voxels) histogram[binOf(value)] = (histogram[binOf(value)] as number) + 1;
  const threshold = lowerOtsuThreshold(histogram);
  for (let i = 0; i < voxels.length; i++) mask[i] = binOf(voxels[i] as number) >= threshold ? 1 : 0;
  return mask;
}

/** First bin of the second of three classes with the largest variance between them. */
function lowerOtsuThreshold(histogram: Float64Array): number {
  const bins = histogram.length;
  const count = new Float64Array(bins + 1);
  const sum = new Float64Array(bins + 1);
  histogram.forEach((n, bin) => {
    count[bin + 1] = (count[bin] as number) + n;
    sum[bin + 1] = (sum[bin] as number) + n * bin;
  });
  /** Contribution of bins [from, to) to the variance between classes. */
  const between = (from: number, to: number): number => {
    const n = (count[to] as number) - (count[from] as number);
    const s = (sum[to] as number) - (sum[from] as number);
    return n > 0 ? (s * s) / n : 0;
  };
  let best = { value: -1, threshold: 1 };
  for (let first = 1; first < bins - 1; first++) {
    for (let second = first + 1; second < bins; second++) {
      const value = between(0, first) + between(first, second) + between(second, bins);
      if (value > best.value) best = { value, threshold: first };
    }
  }
  return best.threshold;
}

/**
 * Values at which intensities are clipped: a window's ends, or percentiles.
 *
 * The upper percentile is of tissue, the lower one of everything, since lung and air lie below most tissue and still
 * carry information. Null if there is no tissue.
 *
 * @param measured 1 for measured voxels, 0 for padding
 */
export function clipRangeOf(
  voxels: Float32Array,
  foreground: Uint8Array,
  { percentiles, window }: Pick<Clipping, 'percentiles' | 'window'>,
  measured?: Uint8Array,
): readonly [number, number] | null {
  if (window !== undefined) return [window.center - window.width / 2, window.center + window.width / 2];
  if (!foreground.includes(1)) return null;
  return [
    percentileWithin(voxels, percentiles[0], measured),
    percentileWithin(voxels, percentiles[1], foreground),
  ];
}

/**
 * Clips and standardises in place: mean 0 and standard deviation 1 over tissue.
 * Returns false if the tissue is constant, so that nothing can be standardised.
 */
export function standardise(
  voxels: Float32Array,
  foreground: Uint8Array,
  [low, high]: readonly [number, number],
): boolean {
  const clip = (value: number): number => Math.min(high, Math.max(low, value));
  let count = 0;
  for (const one of foreground) count += one;
  let mean = 0;
  for (let i = 0; i < voxels.length; i++) if (foreground[i] === 1) mean += clip(voxels[i] as number) / count;
  let variance = 0;
  for (let i = 0; i < voxels.length; i++)
    if (foreground[i] === 1) variance += (clip(voxels[i] as number) - mean) ** 2 / count;
  const deviation = Math.sqrt(variance);
  if (!(deviation > 1e-6 * Math.max(1e-20, Math.abs(mean)))) return false;
  for (let i = 0; i < voxels.length; i++) voxels[i] = (clip(voxels[i] as number) - mean) / deviation;
  return true;
}
