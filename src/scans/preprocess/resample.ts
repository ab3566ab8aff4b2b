/**
 * Resampling `[D, H, W]` volumes to another spacing: one pass per axis, each output a weighted sum of inputs.
 *
 * The weights are linear interpolation, smoothed by a Gaussian if the axis shrinks. Its width matches the point
 * spread functions of the two spacings: Cardoso et al., "Scale factor point spread function matching: beyond aliasing
 * in image resampling", MICCAI 2015. The output is centred on the input, so that flips commute with resampling.
 */
import type { Triple } from '../../core/tensor.js';

/** Full width at half maximum of a Gaussian with standard deviation 1. */
const FWHM = 2 * Math.sqrt(2 * Math.LN2);

/** Output `i` is the sum over `k` of `weights[i * taps + k]` times input `first[i] + k`. */
interface Weights {
  readonly length: number;
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

/** Extents after resampling, at least 1. */
export function resampledShape(shape: Triple, spacing: Triple, target: Triple): Triple {
  const extent = (axis: 0 | 1 | 2): number =>
    Math.max(1, Math.round((shape[axis] * spacing[axis]) / target[axis]));
  return [extent(0), extent(1), extent(2)];
}

/**
 * @param voxels `[D, H, W]`
 * @param spacing mm along `[D, H, W]`
 * @param target mm along `[D, H, W]`
 */
export function resample(
  voxels: Float32Array,
  shape: Triple,
  spacing: Triple,
  target: Triple,
): { readonly voxels: Float32Array; readonly shape: Triple } {
  const out = resampledShape(shape, spacing, target);
  const along = (axis: 0 | 1 | 2): Weights =>
    resamplingWeights(shape[axis], out[axis], target[axis] / spacing[axis]);
  // Rows first, since they are contiguous and leave less for the other passes.
  let current = pass(voxels, [shape[0] * shape[1], shape[2], 1], along(2));
  current = pass(current, [shape[0], shape[1], out[2]], along(1));
  current = pass(current, [1, shape[0], out[1] * out[2]], along(0));
  return { voxels: current, shape: out };
}

/** Weights for `outputs` samples `step` inputs apart, centred on `inputs` samples. */
function resamplingWeights(inputs: number, outputs: number, step: number): Weights {
  const sigma = step > 1 ? Math.sqrt(step * step - 1) / FWHM : 0;
  // A kernel wider than the input would only reach beyond its borders.
  const radius = Math.min(Math.ceil(3 * sigma), inputs);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    sigma > 0 ? Math.exp(-0.5 * ((k - radius) / sigma) ** 2) : 1,
  );
  const taps = Math.min(inputs, 2 * radius + 2);
  const first = new Int32Array(outputs);
  const weights = new Float32Array(outputs * taps);
  for (let i = 0; i < outputs; i++) {
    const centre = (inputs - 1) / 2 + (i - (outputs - 1) / 2) * step;
    const position = Math.min(Math.max(centre, 0), inputs - 1);
    const below = Math.min(Math.floor(position), Math.max(inputs - 2, 0));
    const fraction = position - below;
    const start = Math.min(Math.max(below - radius, 0), inputs - taps);
    const row = new Float64Array(taps);
    kernel.forEach((weight, k) => {
      // Weights outside of the input are dropped, and the others divided by their sum.
      const near = below + k - radius - start;
      if (near >= 0 && near < taps) row[near] = (row[near] as number) + weight * (1 - fraction);
      if (near + 1 >= 0 && near + 1 < taps) row[near + 1] = (row[near + 1] as number) + weight * fraction;
    });
    const sum = row.reduce((total, weight) => total + weight, 0);
    first[i] = start;
    weights.set(
      row.map((weight) => weight / sum),
      i * taps,
    );
  }
  return { length: outputs, taps, first, weights };
}

type Extents = readonly [outer: number, inputs: number, inner: number];

/** Resamples the middle axis of `[outer, inputs, inner]`. */
function pass(input: Float32Array, extents: Extents, weights: Weights): Float32Array {
  const [outer, , inner] = extents;
  const output = new Float32Array(outer * weights.length * inner);
  if (inner === 1) sumWithinRows(input, output, extents, weights);
  else sumRows(input, output, extents, weights);
  return output;
}

/** Pass along the fastest axis: each output is a dot product. */
function sumWithinRows(
  input: Float32Array,
  output: Float32Array,
  [rows, inputs]: Extents,
  { length, taps, first, weights }: Weights,
): void {
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) {
      const from = row * inputs + (first[i] as number);
      const at = i * taps;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += (weights[at + k] as number) * (input[from + k] as number);
      output[to++] = sum;
    }
  }
}

/** Pass along a slower axis: each row of outputs is a sum of weighted rows. */
function sumRows(
  input: Float32Array,
  output: Float32Array,
  [outer, inputs, inner]: Extents,
  { length, taps, first, weights }: Weights,
): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < length; i++) {
      const to = (o * length + i) * inner;
      for (let k = 0; k < taps; k++) {
        const weight = weights[i * taps + k] as number;
        if (weight === 0) continue;
        const from = (o * inputs + (first[i] as number) + k) * inner;
        for (let n = 0; n < inner; n++) {
          output[to + n] = (output[to + n] as number) + weight * (input[from + n] as number);
        }
      }
    }
  }
}
