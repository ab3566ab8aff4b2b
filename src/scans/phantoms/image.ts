/**
 * The image of a phantom: its organs painted on a scanner's grid, bent as no two bodies are alike, partial volumes at
 * edges, texture inside tissues, a smooth bias field, noise.
 */
import type { Triple } from '../../core/tensor.js';
import { rngOf, type Rng } from '../../core/random.js';
import { drawPatient, type Part } from './anatomy.js';
import { drawLattice, textureOf, type Lattice } from './texture.js';

/** True if a patient's volume is stored as LPS instead of RAS. */
export const isFlipped = (patient: number): boolean => patient % 2 === 1;

/** Intensities of patient `number`, `[z, y, x]` as stored, x fastest, `size` voxels along each axis. */
export function phantom(size: number, seed: number, number: number, contrast: number): Int16Array {
  const rng = rngOf(seed, 'phantom', number);
  const parts = drawPatient(rng.split('anatomy'), contrast);
  const lattice = drawLattice(rng.split('texture'));
  const place = placement(rng.split('placement'), [size, size, size], isFlipped(number));
  return finish(painted(parts, lattice, place), place.size, rng.split('scanner'));
}

/** Seconds from frame to frame of a film. */
export const FRAME_TIME = 0.1;

/** Films show the heart: the body's z of their plane. */
const HEART_LEVEL = 0.64;

/** One plane of patient `number` through the heart, `[frames, y, x]`, while it beats and the patient breathes. */
export function phantomFilm(
  size: number,
  frames: number,
  seed: number,
  number: number,
  contrast: number,
): Int16Array {
  const rng = rngOf(seed, 'phantom film', number);
  const parts = drawPatient(rng.split('anatomy'), contrast);
  const lattice = drawLattice(rng.split('texture'));
  // Rows run from front to back, as films are shown.
  const place = placement(rng.split('placement'), [size, size, 1], true);
  const motion = rng.split('motion');
  const level = HEART_LEVEL + motion.uniform(-0.08, 0.08);
  // Turns per second.
  const [beat, breath] = [motion.uniform(0.8, 1.6), motion.uniform(0.2, 0.35)];
  const [strength, depth] = [motion.uniform(0.1, 0.22), motion.uniform(0.03, 0.08)];
  const [start, inhaled] = [motion.float(), motion.float()];
  const images = new Float32Array(frames * size * size);
  for (let frame = 0; frame < frames; frame++) {
    const time = frame * FRAME_TIME;
    const heart = 1 - strength * Math.sin(2 * Math.PI * (start + beat * time)) ** 2;
    const lift = depth * Math.sin(2 * Math.PI * (inhaled + breath * time));
    const now = parts.map((part) => (part.beats ? scaled(part, heart) : part));
    images.set(painted(now, lattice, { ...place, shift: [0, lift / 2, level + lift] }), frame * size * size);
  }
  return finish(images, [size, size, frames], rng.split('scanner'));
}

function scaled(part: Part, by: number): Part {
  const [a, b, c] = part.radii;
  return { ...part, radii: [a * by, b * by, c * by] };
}

/** The body on the scanner's table: `body = rotation · ((voxel - centre) * scale) + shift`, and then bent. */
interface Placement {
  readonly size: Triple;
  /** Body units per voxel. */
  readonly scale: Triple;
  readonly centre: Triple;
  /** Rows; its inverse is its transpose. */
  readonly rotation: readonly (readonly number[])[];
  readonly shift: Triple;
  /** Waves that bend the body: each moves one axis by `depth` times the sine of a position. */
  readonly waves: readonly Wave[];
}

interface Wave {
  readonly axis: number;
  readonly along: Triple;
  readonly phase: number;
  readonly depth: number;
}

/** Body units that an edge of the field of view is long. */
const EXTENT = 2.1;
/** Waves along each axis, and how far each moves a point at most. */
const WAVES = 2;
const DEPTH = 0.045;

function placement(rng: Rng, size: Triple, flipped: boolean): Placement {
  const [a, b, c] = [rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1)];
  const [sa, ca, sb, cb, sc, cc] = [
    Math.sin(a),
    Math.cos(a),
    Math.sin(b),
    Math.cos(b),
    Math.sin(c),
    Math.cos(c),
  ];
  const sign = flipped ? -1 : 1;
  // Voxels are as long along each axis, however many there are.
  const scale = (towards: number): number => (EXTENT * towards * rng.uniform(0.88, 1.06)) / size[0];
  const centre = (axis: number): number =>
    ((size[axis] as number) - 1) / 2 + rng.uniform(-0.05, 0.05) * (size[axis] as number);
  return {
    size,
    scale: [scale(sign), scale(sign), scale(1)],
    centre: [centre(0), centre(1), centre(2)],
    rotation: [
      [cb * cc, sa * sb * cc - ca * sc, ca * sb * cc + sa * sc],
      [cb * sc, sa * sb * sc + ca * cc, ca * sb * sc - sa * cc],
      [-sb, sa * cb, ca * cb],
    ],
    shift: [0, 0, 0],
    waves: Array.from({ length: 3 * WAVES }, (_, i) => ({
      axis: i % 3,
      along: [rng.uniform(-3, 3), rng.uniform(-3, 3), rng.uniform(-3, 3)],
      phase: rng.uniform(0, 2 * Math.PI),
      depth: rng.uniform(0, DEPTH),
    })),
  };
}

/** Coordinates in the body of each voxel, `[3, z, y, x]`. */
function bodyOf({ size, scale, centre, rotation, shift, waves }: Placement): Float32Array {
  const count = size[0] * size[1] * size[2];
  const body = new Float32Array(3 * count);
  const at: [number, number, number] = [0, 0, 0];
  let index = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, index++) {
        const [u, v, w] = [
          (x - centre[0]) * scale[0],
          (y - centre[1]) * scale[1],
          (z - centre[2]) * scale[2],
        ];
        for (let row = 0; row < 3; row++) {
          const turn = rotation[row] as readonly number[];
          at[row] =
            (turn[0] as number) * u +
            (turn[1] as number) * v +
            (turn[2] as number) * w +
            (shift[row] as number);
        }
        const [p, q, r] = at;
        for (const { axis, along, phase, depth } of waves)
          at[axis] =
            (at[axis] as number) + depth * Math.sin(along[0] * p + along[1] * q + along[2] * r + phase);
        for (let row = 0; row < 3; row++) body[row * count + index] = at[row] as number;
      }
    }
  }
  return body;
}

/** Signal of each voxel, without what the scanner adds. */
function painted(parts: readonly Part[], lattice: Lattice, place: Placement): Float32Array {
  const body = bodyOf(place);
  const count = body.length / 3;
  const signal = new Float32Array(count);
  /** The part that fills most of a voxel, from 1 on. */
  const owner = new Uint8Array(count);
  parts.forEach((part, i) => paint({ signal, owner }, part, i + 1, body, place));
  const textures = parts.map((part) => textureOf(lattice, part));
  for (let i = 0; i < count; i++) {
    const part = parts[(owner[i] as number) - 1];
    if (part === undefined || part.grain === 0) continue;
    const texture = textures[(owner[i] as number) - 1] as (typeof textures)[number];
    const value = texture(body[i] as number, body[count + i] as number, body[2 * count + i] as number);
    signal[i] = (signal[i] as number) + part.grain * value;
  }
  return signal;
}

/** Blends one organ over the image within the box of voxels that it can touch. */
function paint(
  { signal, owner }: { readonly signal: Float32Array; readonly owner: Uint8Array },
  part: Part,
  number: number,
  body: Float32Array,
  place: Placement,
): void {
  const { size, scale, centre, rotation, shift } = place;
  const count = signal.length;
  const voxel = Math.abs(scale[0]);
  const reach = Math.hypot(...part.radii) + WAVES * DEPTH + 2 * voxel;
  const bound = (axis: 0 | 1 | 2, side: -1 | 1): number => {
    const turned = part.centre.reduce(
      (sum, value, row) => sum + (value - (shift[row] as number)) * (rotation[row]?.[axis] as number),
      0,
    );
    const position = turned / scale[axis] + centre[axis] + (side * reach) / Math.abs(scale[axis]);
    return Math.min(size[axis] - 1, Math.max(0, side < 0 ? Math.floor(position) : Math.ceil(position)));
  };
  const [x0, x1, y0, y1, z0, z1] = [
    bound(0, -1),
    bound(0, 1),
    bound(1, -1),
    bound(1, 1),
    bound(2, -1),
    bound(2, 1),
  ];
  for (let z = z0; z <= z1; z++) {
    for (let y = y0; y <= y1; y++) {
      let index = (z * size[1] + y) * size[0] + x0;
      for (let x = x0; x <= x1; x++, index++) {
        const inside = coverage(
          part,
          body[index] as number,
          body[count + index] as number,
          body[2 * count + index] as number,
          voxel,
        );
        if (inside === 0) continue;
        signal[index] = (signal[index] as number) * (1 - inside) + part.signal * inside;
        if (inside > 0.5) owner[index] = number;
      }
    }
  }
}

/** Share of the voxel at `(x, y, z)` that the organ fills, from its distance to the surface: level over slope. */
function coverage(
  { centre, radii, boxy, shell }: Part,
  x: number,
  y: number,
  z: number,
  voxel: number,
): number {
  const [a, b, c] = [(x - centre[0]) / radii[0], (y - centre[1]) / radii[1], (z - centre[2]) / radii[2]];
  // Far outside: most voxels of most boxes.
  if (a > 1.5 || a < -1.5 || b > 1.5 || b < -1.5 || c > 1.5 || c < -1.5) return 0;
  const [aa, bb, cc] = [a * a, b * b, c * c];
  let level: number;
  let slope: number;
  if (boxy) {
    const sum = aa * aa + bb * bb + cc * cc;
    level = Math.sqrt(Math.sqrt(sum));
    slope =
      Math.sqrt(((aa * a) / radii[0]) ** 2 + ((bb * b) / radii[1]) ** 2 + ((cc * c) / radii[2]) ** 2) /
      level ** 3;
  } else {
    level = Math.sqrt(aa + bb + cc);
    slope = Math.sqrt((a / radii[0]) ** 2 + (b / radii[1]) ** 2 + (c / radii[2]) ** 2) / level;
  }
  const soft = voxel * slope;
  // At the very centre there is no slope.
  if (!(soft > 0)) return shell === 0 ? 1 : 0;
  return step((1 - level) / soft) * (shell === 0 ? 1 : step((level - shell) / soft));
}

/** From 0 to 1 while `t` goes from -0.5 to 0.5. */
const step = (t: number): number => Math.min(1, Math.max(0, t + 0.5));

/** The scanner's share: bias field, noise (Rician, as in magnitude images), integers. */
function finish(image: Float32Array, size: Triple, rng: Rng): Int16Array {
  const noise = rng.uniform(0.015, 0.035);
  const [along0, along1, along2] = size.map((extent) => {
    const [phase, depth] = [rng.uniform(0, 2 * Math.PI), rng.uniform(0.03, 0.12)];
    return Float64Array.from(
      { length: extent },
      (_, i) => 1 + depth * Math.cos((Math.PI * i) / extent + phase),
    );
  }) as [Float64Array, Float64Array, Float64Array];
  const out = new Int16Array(image.length);
  let index = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, index++) {
        const field = (along0[x] as number) * (along1[y] as number) * (along2[z] as number);
        const real = (image[index] as number) * field + noise * rng.normal();
        out[index] = Math.round(1000 * Math.hypot(real, noise * rng.normal()));
      }
    }
  }
  return out;
}
