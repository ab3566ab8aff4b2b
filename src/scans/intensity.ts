/**
 * Intensities: what is tissue, and on which scale.
 *
 * Scans differ in units (Hounsfield, arbitrary), range and share of air. Tissue is told from air by Otsu's threshold;
 * intensities are clipped at percentiles and standardised over tissue, so that neither a bright implant nor the field
 * of view decides the scale.
 */

/** Nothing physical is darker than air at -1000 Hounsfield units; scanners pad with less. */
const DARKEST_AIR = -1024;

const BINS = 128;

/** Smallest and largest value, and how many are NaN or infinite. */
export function rangeOf(voxels: Float32Array): { low: number; high: number; nonFinite: number } {
  let low = Infinity;
  let high = -Infinity;
  let nonFinite = 0;
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i] as number;
    // For NaN and the infinities alone is the difference not 0.
    if (value - value !== 0) {
      nonFinite++;
    } else {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, high, nonFinite };
}

/** The value below which `percent` of `sorted` lie, by linear interpolation as NumPy does. */
export function percentileOf(sorted: Float32Array, percent: number): number {
  const position = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/**
 * 1 where there is tissue, 0 in air: above the lower of Otsu's two thresholds (three classes: air, soft, bright).
 * N. Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 1979.
 */
export function foregroundOf(voxels: Float32Array, percentiles: readonly [number, number]): Uint8Array {
  const sorted = voxels.slice().sort();
  const low = Math.max(percentileOf(sorted, percentiles[0]), Math.min(DARKEST_AIR, sorted.at(-1) as number));
  const high = percentileOf(sorted, percentiles[1]);
  const mask = new Uint8Array(voxels.length);
  if (!(high > low)) {
    // Almost everything is one value: whatever differs from it upwards is the content.
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

/** The first bin of the second class, of three classes with the largest variance between them. */
function lowerOtsuThreshold(histogram: Float64Array): number {
  const bins = histogram.length;
  const count = new Float64Array(bins + 1);
  const sum = new Float64Array(bins + 1);
  histogram.forEach((n, bin) => {
    count[bin + 1] = (count[bin] as number) + n;
    sum[bin + 1] = (sum[bin] as number) + n * bin;
  });
  /** Share of the variance between classes that bins [from, to) bring. */
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
 * Clips and standardises in place: mean 0 and standard deviation 1 over tissue.
 *
 * The upper clip is a percentile of tissue, the lower one of everything, since lung and air lie below most tissue and
 * still carry information. Returns false where the tissue is constant and nothing can be standardised.
 */
export function standardise(
  voxels: Float32Array,
  foreground: Uint8Array,
  percentiles: readonly [number, number],
): boolean {
  const tissue = voxels.filter((_, i) => foreground[i] === 1).sort();
  if (tissue.length === 0) return false;
  const low = percentileOf(voxels.slice().sort(), percentiles[0]);
  const high = percentileOf(tissue, percentiles[1]);
  const clip = (value: number): number => Math.min(high, Math.max(low, value));
  let mean = 0;
  for (const value of tissue) mean += clip(value) / tissue.length;
  let variance = 0;
  for (const value of tissue) variance += (clip(value) - mean) ** 2 / tissue.length;
  const deviation = Math.sqrt(variance);
  if (!(deviation > 1e-6 * Math.max(1e-20, Math.abs(mean)))) return false;
  for (let i = 0; i < voxels.length; i++) voxels[i] = (clip(voxels[i] as number) - mean) / deviation;
  return true;
}
