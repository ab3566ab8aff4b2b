/**
 * What a NIfTI header must meet before its file is read: sizes, data type, geometry.
 *
 * ITK puts up with most of what is refused here and repairs it in silence, or fails without a reason.
 */
import { UserError } from '../../core/errors.js';
import { HEADER_BYTES, type NiftiHeader } from './nifti-header.js';

/** Bits per voxel of the data types that hold one real number per voxel. */
const BITS: Readonly<Record<number, number>> = {
  2: 8, // uint8
  4: 16, // int16
  8: 32, // int32
  16: 32, // float32
  64: 64, // float64
  256: 8, // int8
  512: 16, // uint16
  768: 32, // uint32
  1024: 64, // int64
  1280: 64, // uint64
};
const FLOAT32 = 16;
const FLOAT64 = 64;

/** Cosine between two axes of an sform from which on it counts as sheared. */
const SHEAR = 1e-3;

const AXIS_PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** Relative difference between the spacings in sform and pixdim from which on one of them is wrong. */
const MISMATCH = 0.01;

/** No scanner is this many millimetres away from its patient. */
const FARTHEST = 1e7;

export interface NiftiLayout {
  /** Extents `[x, y, z, frames]`. */
  readonly size: readonly [number, number, number, number];
  /** First byte of the voxels. */
  readonly start: number;
  /** Bytes of the whole file, decompressed. */
  readonly end: number;
  readonly little: boolean;
  /** Bits per voxel where voxels are floating point, else null. */
  readonly float: 32 | 64 | null;
}

/** A broken rule, and what to do about it. */
class Broken extends Error {
  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(problem);
  }
}

/** Where the voxels of the file at `path` are, if its header is sound. */
export function layoutOf(path: string, header: NiftiHeader): NiftiLayout {
  try {
    const size = sizeOf(header);
    const type = header.get('datatype');
    const bits = bitsOf(header, type);
    const start = startOf(header);
    checkScaling(header);
    checkGeometry(header);
    return {
      size,
      start,
      end: start + (size.reduce((product, extent) => product * extent) * bits) / 8,
      little: header.little,
      float: type === FLOAT32 ? 32 : type === FLOAT64 ? 64 : null,
    };
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    throw new UserError({ subject: path, problem: thrown.problem, fix: thrown.fix });
  }
}

function sizeOf(header: NiftiHeader): NiftiLayout['size'] {
  const axes = header.get('dim');
  if (axes < 1 || axes > 7) {
    throw new Broken(`its header declares ${axes} axes, 1 to 7 are possible`, 'convert it again');
  }
  const extents = Array.from({ length: axes }, (_, axis) => header.get('dim', axis + 1));
  if (extents.some((extent) => extent < 1)) {
    throw new Broken(`its header declares the size ${extents.join(' × ')}`, 'convert it again');
  }
  const [x = 1, y = 1, z = 1, frames = 1, ...rest] = extents;
  if (rest.some((extent) => extent > 1)) {
    throw new Broken(
      `holds several values per voxel (${extents.join(' × ')})`,
      'write one file per component',
    );
  }
  return [x, y, z, frames];
}

function bitsOf(header: NiftiHeader, type: number): number {
  const bits = BITS[type];
  if (bits === undefined)
    throw new Broken(`data type ${type} is not one real number per voxel`, 'convert it to float32');
  const declared = header.get('bitpix');
  if (declared !== bits) {
    throw new Broken(
      `data type ${type} has ${bits} bits per voxel, its header says ${declared}`,
      'convert it again',
    );
  }
  return bits;
}

function startOf(header: NiftiHeader): number {
  const start = header.get('voxOffset');
  if (!(start >= HEADER_BYTES && start <= 2 ** 31)) {
    throw new Broken(`its voxels are said to start at byte ${start}, within its header`, 'convert it again');
  }
  return Math.trunc(start);
}

/** A slope of NaN or 0 says that there is no rescaling; ITK would add the intercept all the same. */
function checkScaling(header: NiftiHeader): void {
  const slope = header.get('sclSlope');
  const intercept = header.get('sclInter');
  const rescaled = slope !== 0 && !Number.isNaN(slope);
  if (rescaled ? !Number.isFinite(slope * intercept) : slope === 0 && intercept !== 0) {
    throw new Broken(
      `its voxels are to be rescaled by slope ${slope} and intercept ${intercept}`,
      'correct scl_slope and scl_inter in its header',
    );
  }
}

function checkGeometry(header: NiftiHeader): void {
  const spacings = [1, 2, 3].slice(0, header.get('dim')).map((index) => header.get('pixdim', index));
  const wrong = spacings.findIndex((spacing) => !(spacing > 0 && Number.isFinite(spacing)));
  if (wrong !== -1)
    throw new Broken(`spacing along axis ${wrong} is ${spacings[wrong]} mm`, 'correct pixdim in its header');
  if (header.get('sformCode') > 0) {
    checkSform((row, column) => header.get('srow', 4 * row + column), spacings);
  } else if (header.get('qformCode') > 0) {
    const length = Math.hypot(...[0, 1, 2].map((part) => header.get('quatern', part)));
    if (!(length < 1.001))
      throw new Broken(`its quaternion is ${length} long, a rotation's is at most 1`, 'correct its qform');
  }
}

/** @param pixdim the spacings that the header states besides, in mm */
function checkSform(at: (row: number, column: number) => number, pixdim: readonly number[]): void {
  const columns = [0, 1, 2].map((column) => [0, 1, 2].map((row) => at(row, column)));
  const norms = columns.map((column) => Math.hypot(...column));
  if (!norms.every((norm) => norm > 0) || ![0, 1, 2].every((row) => Math.abs(at(row, 3)) < FARTHEST)) {
    throw new Broken(
      'its sform holds NaN, has an axis of length 0 or an origin that is nowhere',
      'correct its sform',
    );
  }
  for (const [a, b] of AXIS_PAIRS) {
    const dot = [0, 1, 2].reduce((sum, row) => sum + at(row, a) * at(row, b), 0);
    const cosine = Math.abs(dot / ((norms[a] as number) * (norms[b] as number)));
    if (cosine > SHEAR) {
      const degrees = ((Math.acos(Math.min(1, cosine)) * 180) / Math.PI).toFixed(1);
      throw new Broken(
        `its sform is sheared: axes ${a} and ${b} meet at ${degrees} degrees`,
        'resample it to orthogonal axes',
      );
    }
  }
  pixdim.forEach((spacing, axis) => {
    const norm = norms[axis] as number;
    if (!(Math.abs(norm / spacing - 1) < MISMATCH)) {
      throw new Broken(
        `along axis ${axis} its sform spaces voxels by ${norm} mm, its pixdim by ${spacing} mm`,
        'correct one of them',
      );
    }
  });
}
