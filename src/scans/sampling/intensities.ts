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
  const mean = sum / count;
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
  for (let i = 0; i < patch.length; i++) {
    const value = patch[i] as number;
    const place = Math.abs(value) * step;
    // As `Math.floor`, and at once an index.
    const below = place | 0;
    const low = table[below] as number;
    const raised = low + ((table[below + 1] as number) - low) * (place - below);
    patch[i] = (value < 0 ? -raised : raised) + shift;
  }
}
