/**
 * Texture of a phantom's tissues: smooth noise that belongs to the body and moves with it, in grains, fibres or layers.
 *
 * Value noise: random numbers on a lattice, interpolated linearly between its points (K. Perlin, "An Image
 * Synthesizer", SIGGRAPH 1985).
 */
import type { Rng } from '../../core/random.js';
import type { Part } from './anatomy.js';

/** Points of the lattice along each axis; a power of two, beyond which it repeats. */
const POINTS = 32;

export type Lattice = Float32Array;

export function drawLattice(rng: Rng): Lattice {
  return Float32Array.from({ length: POINTS ** 3 }, () => rng.uniform(-1.5, 1.5));
}

/**
 * Texture of a part at a point of the body; mean 0, most values within -1 to 1. Left and right are mirror images, so
 * that fibres tell the sides apart.
 */
export function textureOf(lattice: Lattice, { cell, turn }: Pick<Part, 'cell' | 'turn'>) {
  const [s, c] = [Math.sin(turn[0]), Math.cos(turn[0])];
  const [sin, cos] = [Math.sin(turn[1]), Math.cos(turn[1])];
  const at = (i: number, j: number, k: number): number =>
    lattice[((i & (POINTS - 1)) * POINTS + (j & (POINTS - 1))) * POINTS + (k & (POINTS - 1))] as number;
  const value = (u: number, v: number, w: number): number => {
    const [i, j, k] = [Math.floor(u), Math.floor(v), Math.floor(w)];
    const [a, b, d] = [u - i, v - j, w - k];
    const line = (m: number, n: number): number => at(m, n, k) * (1 - d) + at(m, n, k + 1) * d;
    return (
      (line(i, j) * (1 - b) + line(i, j + 1) * b) * (1 - a) +
      (line(i + 1, j) * (1 - b) + line(i + 1, j + 1) * b) * a
    );
  };
  return (x: number, y: number, z: number): number => {
    const side = Math.abs(x);
    const [p, q] = [c * y - s * z, s * y + c * z];
    return value((cos * side - sin * p) / cell[0], (sin * side + cos * p) / cell[1], q / cell[2]);
  };
}
