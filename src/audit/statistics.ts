/**
 * Summary statistics of a question, which take no recognition: moments, counts, faces, roughness, and whether the
 * faces of parts continue each other. A weak classifier on these should not find the answer.
 */
import { dot } from '../core/linear-algebra/vector.js';
import type { Shape } from '../core/tensor.js';

type Faces = readonly { readonly low: Float32Array; readonly high: Float32Array }[];

/** Statistics of the parts `[P, C, D, H, W]` that one question shows to the encoder. */
export function statisticsOf(parts: Float32Array, shape: Shape): number[] {
  const [count = 1, channels = 1, ...size] = shape;
  const voxels = size.reduce((product, extent) => product * extent, 1);
  const first = (part: number): Float32Array =>
    parts.subarray(part * channels * voxels, part * channels * voxels + voxels);
  const faces = Array.from({ length: count }, (_, part) => facesOf(first(part), size));
  const own = Array.from({ length: count }, (_, part) => [
    ...moments(first(part)),
    shareOfLeast(first(part)),
    ...roughness(first(part), size),
    ...(faces[part] ?? []).flatMap(({ low, high }) => [...moments(low), ...moments(high)]),
  ]);
  return [...own.flat(), ...seams(faces)];
}

/** Mean and standard deviation. */
function moments(values: Float32Array): [number, number] {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return [mean, Math.sqrt(Math.max(0, squares / values.length - mean * mean))];
}

/** Share of a part that has its least value: flattened air, or padding. */
function shareOfLeast(values: Float32Array): number {
  let [least, count] = [Infinity, 0];
  for (const value of values) {
    if (value < least) [least, count] = [value, 0];
    if (value === least) count += 1;
  }
  return count / values.length;
}

/** Mean absolute difference of neighbours along each axis: what interpolation smooths. */
function roughness(values: Float32Array, [depth = 1, height = 1, width = 1]: Shape): number[] {
  return [
    [height * width, depth],
    [width, height],
    [1, width],
  ].map(([stride = 1, extent = 1]) => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      if (Math.floor(i / stride) % extent === extent - 1) continue;
      sum += Math.abs((values[i + stride] ?? 0) - (values[i] ?? 0));
      count += 1;
    }
    return count === 0 ? 0 : sum / count;
  });
}

/** The two outermost faces along each axis. */
function facesOf(values: Float32Array, size: Shape): Faces {
  const [depth = 1, height = 1, width = 1] = size;
  return [
    [height * width, depth],
    [width, height],
    [1, width],
  ].map(([stride = 1, extent = 1]) => {
    const faceAt = (place: number): Float32Array => {
      const face = new Float32Array(values.length / extent);
      let to = 0;
      for (let from = place * stride; from < values.length; from += stride * extent) {
        face.set(values.subarray(from, from + stride), to);
        to += stride;
      }
      return face;
    };
    return { low: faceAt(0), high: faceAt(extent - 1) };
  });
}

/** For each ordered pair of parts and each axis: the correlation of one's high face with the other's low face. */
function seams(faces: readonly Faces[]): number[] {
  const units = faces.map((part) => part.map(({ low, high }) => ({ low: unit(low), high: unit(high) })));
  return units.flatMap((one, i) =>
    units.flatMap((other, j) =>
      i === j ? [] : one.map(({ high }, axis) => dot(high, other[axis]?.low ?? high)),
    ),
  );
}

/** At mean 0 and length 1, so that dot products are correlations; zeros where the face is constant. */
function unit(face: Float32Array): Float32Array {
  const [mean, deviation] = moments(face);
  const scale = deviation < 1e-6 ? 0 : 1 / (deviation * Math.sqrt(face.length));
  return face.map((value) => (value - mean) * scale);
}
