/**
 * The image of a phantom: its organs painted on a scanner's grid, partial volumes at edges, a smooth bias field, noise.
 */
import { rngOf, type Rng } from '../core/random.js';
import { drawPatient, type Organ, type Patient } from './phantom-anatomy.js';

/** Whether a patient's volume is stored as LPS instead of RAS. */
export const isFlipped = (patient: number): boolean => patient % 2 === 1;

/** Intensities of patient `number`, `[z, y, x]` as stored, x fastest, `size` voxels along each axis. */
export function phantom(size: number, seed: number, number: number): Int16Array {
  const rng = rngOf(seed, 'phantom', number);
  const patient = drawPatient(rng.split('anatomy'));
  const image = new Float32Array(size ** 3);
  const place = placement(rng.split('placement'), size, isFlipped(number));
  for (const item of patient.organs) paint(image, size, item, patient, place);
  return finish(image, size, rng.split('scanner'));
}

/** The body on the scanner's table: `body = rotation · ((voxel - centre) * scale)`. */
interface Placement {
  /** Body units per voxel; the field of view is closer to the body than the body is to a cube. */
  readonly scale: readonly number[];
  readonly centre: readonly number[];
  /** Rows; its inverse is its transpose. */
  readonly rotation: readonly (readonly number[])[];
}

function placement(rng: Rng, size: number, flipped: boolean): Placement {
  const [a, b, c] = [rng.uniform(-0.08, 0.08), rng.uniform(-0.08, 0.08), rng.uniform(-0.08, 0.08)];
  const [sa, ca, sb, cb, sc, cc] = [
    Math.sin(a),
    Math.cos(a),
    Math.sin(b),
    Math.cos(b),
    Math.sin(c),
    Math.cos(c),
  ];
  const sign = flipped ? -1 : 1;
  return {
    scale: [1.9 * sign, 1.5 * sign, 2.05].map((extent) => (extent * rng.uniform(0.94, 1.06)) / size),
    centre: [0, 1, 2].map(() => (size - 1) / 2 + rng.uniform(-0.02, 0.02) * size),
    rotation: [
      [cb * cc, sa * sb * cc - ca * sc, ca * sb * cc + sa * sc],
      [cb * sc, sa * sb * sc + ca * cc, ca * sb * sc - sa * cc],
      [-sb, sa * cb, ca * cb],
    ],
  };
}

/** Blends one organ over the image within the box of voxels that it can touch. */
function paint(image: Float32Array, size: number, item: Organ, patient: Patient, place: Placement): void {
  const { scale, centre, rotation } = place;
  const signal = patient.signal[item.tissue];
  const reach = Math.max(...item.radii) * (item.boxy ? 1.5 : 1) + 3 / size;
  const [low, high] = [-1, 1].map((side) =>
    [0, 1, 2].map((axis) => {
      const turned = item.centre.reduce(
        (sum, value, row) => sum + value * (rotation[row]?.[axis] as number),
        0,
      );
      const position = turned / (scale[axis] as number) + (centre[axis] as number);
      const bound = position + (side * reach) / Math.abs(scale[axis] as number);
      return Math.min(size - 1, Math.max(0, side < 0 ? Math.floor(bound) : Math.ceil(bound)));
    }),
  ) as [[number, number, number], [number, number, number]];
  const voxel = Math.abs(scale[0] as number);
  const at = [0, 0, 0];
  for (let z = low[2]; z <= high[2]; z++) {
    for (let y = low[1]; y <= high[1]; y++) {
      for (let x = low[0]; x <= high[0]; x++) {
        at[0] = (x - (centre[0] as number)) * (scale[0] as number);
        at[1] = (y - (centre[1] as number)) * (scale[1] as number);
        at[2] = (z - (centre[2] as number)) * (scale[2] as number);
        const inside = coverage(item, rotation, at, voxel);
        if (inside === 0) continue;
        const index = (z * size + y) * size + x;
        image[index] = (image[index] as number) * (1 - inside) + signal * inside;
      }
    }
  }
}

/** How much of the voxel at `at` the organ fills, from its distance to the surface: level over slope. */
function coverage(
  item: Organ,
  rotation: Placement['rotation'],
  at: readonly number[],
  voxel: number,
): number {
  const { centre, radii, boxy, shell } = item;
  let sum = 0;
  let slope = 0;
  for (let row = 0; row < 3; row++) {
    const turn = rotation[row] as readonly number[];
    const body =
      (turn[0] as number) * (at[0] as number) +
      (turn[1] as number) * (at[1] as number) +
      (turn[2] as number) * (at[2] as number);
    const radius = radii[row] as number;
    const relative = (body - (centre[row] as number)) / radius;
    const square = relative * relative;
    sum += boxy ? square * square : square;
    slope += ((boxy ? square * relative : relative) / radius) ** 2;
  }
  const level = boxy ? Math.sqrt(Math.sqrt(sum)) : Math.sqrt(sum);
  const soft = (voxel * Math.sqrt(slope)) / (boxy ? level ** 3 : level);
  // At the very centre there is no slope.
  if (!(soft > 0)) return shell === 0 ? 1 : 0;
  return step((1 - level) / soft) * (shell === 0 ? 1 : step((level - shell) / soft));
}

/** From 0 to 1 while `t` goes from -0.5 to 0.5. */
const step = (t: number): number => Math.min(1, Math.max(0, t + 0.5));

/** The scanner's share: bias field, noise (Rician, as in magnitude images), integers. */
function finish(image: Float32Array, size: number, rng: Rng): Int16Array {
  const noise = rng.uniform(0.015, 0.035);
  const bias = [0, 1, 2].map(() => ({ phase: rng.uniform(0, 2 * Math.PI), depth: rng.uniform(0.03, 0.12) }));
  const profile = bias.map(({ phase, depth }) =>
    Float64Array.from({ length: size }, (_, i) => 1 + depth * Math.cos((Math.PI * i) / size + phase)),
  );
  const [along0, along1, along2] = profile as [Float64Array, Float64Array, Float64Array];
  const out = new Int16Array(image.length);
  let index = 0;
  for (let z = 0; z < size; z++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++, index++) {
        const field = (along0[x] as number) * (along1[y] as number) * (along2[z] as number);
        const real = (image[index] as number) * field + noise * rng.normal();
        out[index] = Math.round(1000 * Math.hypot(real, noise * rng.normal()));
      }
    }
  }
  return out;
}
