/**
 * NIfTI-1 files for tests, written field by field, so that they can also be wrong.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface NiftiFields {
  /** Extents `[x, y, z]`, or with frames. */
  readonly size: readonly number[];
  /** Value of voxel `(x, y, z, frame)`. */
  readonly value: (x: number, y: number, z: number, frame: number) => number;
  /** Rows of the affine to RAS+ millimetres; identity unless given. */
  readonly affine?: readonly (readonly number[])[];
  /** Seconds between frames. */
  readonly frameTime?: number;
  /** Changes the header before it is written. */
  readonly spoil?: (header: DataView) => void;
}

const identity = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

/** The file's bytes: float32, little endian. */
export function niftiBytes({
  size,
  value,
  affine = identity,
  frameTime = 0,
  spoil,
}: NiftiFields): Uint8Array {
  const [x = 1, y = 1, z = 1, frames = 1] = size;
  const bytes = new Uint8Array(352 + 4 * x * y * z * frames);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [size.length, x, y, z, frames, 1, 1, 1].forEach((extent, i) => view.setInt16(40 + 2 * i, extent, true));
  view.setInt16(70, 16, true);
  view.setInt16(72, 32, true);
  const norms = [0, 1, 2].map((column) => Math.hypot(...affine.map((row) => row[column] ?? 0)));
  [1, ...norms, frameTime].forEach((spacing, i) => view.setFloat32(76 + 4 * i, spacing, true));
  view.setFloat32(108, 352, true);
  view.setUint8(123, 2 + 8); // millimetres and seconds
  view.setInt16(254, 1, true);
  affine.flat().forEach((entry, i) => view.setFloat32(280 + 4 * i, entry, true));
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  let at = 352;
  for (let t = 0; t < frames; t++)
    for (let k = 0; k < z; k++)
      for (let j = 0; j < y; j++)
        for (let i = 0; i < x; i++, at += 4) view.setFloat32(at, value(i, j, k, t), true);
  spoil?.(view);
  return bytes;
}

/** Writes to `path`, compressed where its name ends in `.gz`. */
export function writeNifti(path: string, fields: NiftiFields): string {
  const bytes = niftiBytes(fields);
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'voxolve-scans-'));
}

/** A smooth asymmetric body in air, in world millimetres; no two of its mirror images are alike. */
function anatomy(x: number, y: number, z: number, patient = 0): number {
  const blob = (a: number, b: number, c: number, r: number): number =>
    Math.exp(-((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2) / (r * r));
  const body = (x / 22) ** 2 + (y / 18) ** 2 + (z / 26) ** 2 < 1 ? 100 : 0;
  return (
    body + 80 * blob(9, 3 + patient, -8, 7) + 60 * blob(-6, 7, 10, 5) + 40 * blob(2, -9, 3, 4 + patient / 4)
  );
}

/** A scan of `anatomy` on a cube of `side` voxels of 3 mm, each a little different. */
export function writePatient(path: string, patient: number, side = 20): string {
  const at = (index: number): number => 3 * (index - (side - 1) / 2);
  return writeNifti(path, {
    size: [side, side, side],
    affine: identity.map((row) => row.map((entry, column) => (column === 3 ? at(0) : 3 * entry))),
    value: (x, y, z) => anatomy(at(x), at(y), at(z), patient) + ((x * 7 + y * 3 + z) % 5),
  });
}
