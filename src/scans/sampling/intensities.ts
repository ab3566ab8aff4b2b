/**
 * Intensities of a crop as networks see them: air without noise, mean 0 and deviation 1, and random contrast.
 */
import type { Rng } from '../../core/random.js';

/** In place: air takes the darkest value of the tissue. */
export function flattenAir(patch: Float32Array, foreground: Uint8Array): void {
  let darkest = Infinity;
  for (let i = 0; i < patch.length; i++) {
    const value = patch[i] as number;
    if (foreground[i] === 1 && value < darkest) darkest = value;
  }
  if (darkest === Infinity) darkest = 0;
  for (let i = 0; i < patch.length; i++) if (foreground[i] === 0) patch[i] = darkest;
}

/** In place: mean 0, standard deviation 1; a constant patch becomes all zeros. */
export function normalise(patch: Float32Array): void {
  const count = patch.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += patch[i] as number;
  standardise(patch, sum / count);
}

/**
 * In place: `flattenAir`, then `normalise`, the same numbers in fewer passes: a batch has too many voxels to touch each
 * more often than needed.
 */
export function flattenAndNormalise(patch: Float32Array, foreground: Uint8Array): void {
  const count = patch.length;
  let darkest = Infinity;
  for (let i = 0; i < count; i++) {
    if (foreground[i] === 1 && (patch[i] as number) < darkest) darkest = patch[i] as number;
  }
  if (darkest === Infinity) darkest = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (foreground[i] === 0) {
      patch[i] = darkest;
      sum += darkest;
    } else sum += patch[i] as number;
  }
  standardise(patch, sum / count);
}

/** In place: less its mean, over its standard deviation; a constant patch becomes all zeros. */
function standardise(patch: Float32Array, mean: number): void {
  const count = patch.length;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const offset = (patch[i] as number) - mean;
    squares += offset * offset;
  }
  const deviation = Math.sqrt(squares / count);
  const scale = deviation > 1e-6 ? 1 / deviation : 0;
  for (let i = 0; i < count; i++) patch[i] = ((patch[i] as number) - mean) * scale;
}

/** Entries of the table that powers are read from: a batch has too many voxels to compute each power. */
const entries = 128;

/** In place: raised to a random gamma, scaled and shifted. */
export function jitterContrast(patch: Float32Array, contrast: number, rng: Rng): void {
  const scale = rng.uniform(1 - contrast, 1 + contrast);
  const shift = rng.uniform(-contrast, contrast);
  const gamma = rng.uniform(1 - contrast, 1 + contrast);
  let largest = 0;
  for (let i = 0; i < patch.length; i++) {
    const size = Math.abs(patch[i] as number);
    if (size > largest) largest = size;
  }
  const step = (entries - 1) / (largest > 0 ? largest : 1);
  const table = new Float64Array(entries + 1);
  for (let i = 0; i <= entries; i++) table[i] = scale * (i / step) ** gamma;
  // Signs are taken from bits: a branch on them is guessed wrong half of the time.
  const bits = new Int32Array(patch.buffer, patch.byteOffset, patch.length);
  for (let i = 0; i < patch.length; i++) {
    const sign = 1 - (((bits[i] as number) >>> 31) << 1);
    const place = Math.abs(patch[i] as number) * step;
    // As `Math.floor`, and at once an index.
    const below = place | 0;
    const low = table[below] as number;
    patch[i] = sign * (low + ((table[below + 1] as number) - low) * (place - below)) + shift;
  }
}
