/**
 * The NIfTI-1 header as a table, and the rules that a header must meet before anything is allocated for it.
 *
 * Source: nifti1.h, https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
import { UserError } from '../../core/errors.js';

/** Bytes of the header; voxels of a single file start at 352 or later. */
export const HEADER_BYTES = 348;

/** Byte offsets of the fields that are checked. */
const FIELD = {
  sizeofHdr: 0, // int32, 348; tells the byte order
  dim: 40, // int16[8]: number of axes, then their extents
  datatype: 70, // int16
  bitpix: 72, // int16, bits per voxel
  pixdim: 76, // float32[8]: qfac, then spacings in units of xyzt_units
  voxOffset: 108, // float32, bytes
  sclSlope: 112, // float32, 0 for no rescaling
  sclInter: 116, // float32
  qformCode: 252, // int16
  sformCode: 254, // int16
  quatern: 256, // float32[3]: b, c, d of the rotation to RAS+
  srow: 280, // float32[3][4]: rows of the affine, RAS+
  magic: 344, // char[4]: "n+1" for header and voxels in one file
} as const;

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

/** Cosine between two axes of an sform from which on it counts as sheared. */
const SHEAR = 1e-3;

/** Relative difference between the spacings in sform and pixdim from which on one of them is wrong. */
const MISMATCH = 0.01;

/** No scanner is this many millimetres away from its patient. */
const FARTHEST = 1e7;

export interface NiftiLayout {
  /** Extents `[x, y, z, frames]`. */
  readonly dim: readonly [number, number, number, number];
  /** First byte of the voxels. */
  readonly offset: number;
  /** Bytes of the whole file, decompressed. */
  readonly bytes: number;
  readonly little: boolean;
  /** Bits per voxel where voxels are floating point, else null. */
  readonly float: 32 | 64 | null;
}

/** Checks the header in `bytes` (the first 348 or more of the decompressed file at `path`). */
export function checkHeader(path: string, bytes: Uint8Array): NiftiLayout {
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  if (bytes.length < HEADER_BYTES) {
    refuse(
      `not a NIfTI file: ${bytes.length} bytes, its header alone has ${HEADER_BYTES}`,
      'replace or remove it',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getInt32(FIELD.sizeofHdr, true) === HEADER_BYTES;
  const size = view.getInt32(FIELD.sizeofHdr, little);
  if (size === 540 || view.getInt32(FIELD.sizeofHdr, true) === 540) {
    refuse('a NIfTI-2 file, which is not read yet', 'convert it to NIfTI-1');
  }
  const magic = String.fromCharCode(...bytes.subarray(FIELD.magic, FIELD.magic + 4));
  if (size !== HEADER_BYTES || magic !== 'n+1\0') {
    refuse('not a NIfTI file: its first 348 bytes are no NIfTI-1 header', 'rename, convert or remove it');
  }

  const int16 = (offset: number): number => view.getInt16(offset, little);
  const float32 = (offset: number): number => view.getFloat32(offset, little);
  const axes = int16(FIELD.dim);
  if (axes < 1 || axes > 7)
    refuse(`its header declares ${axes} axes, 1 to 7 are possible`, 'convert it again');
  const extents = Array.from({ length: 7 }, (_, axis) =>
    axis < axes ? int16(FIELD.dim + 2 * (axis + 1)) : 1,
  );
  if (extents.some((extent) => extent < 1)) {
    refuse(`its header declares the size ${extents.slice(0, axes).join(' × ')}`, 'convert it again');
  }
  const [x = 1, y = 1, z = 1, frames = 1, ...rest] = extents;
  if (rest.some((extent) => extent > 1)) {
    refuse(
      `holds several values per voxel (${extents.slice(0, axes).join(' × ')})`,
      'write one file per component',
    );
  }

  const type = int16(FIELD.datatype);
  const bits =
    BITS[type] ?? refuse(`data type ${type} is not one real number per voxel`, 'convert it to float32');
  if (int16(FIELD.bitpix) !== bits) {
    refuse(
      `data type ${type} has ${bits} bits per voxel, its header says ${int16(FIELD.bitpix)}`,
      'convert it again',
    );
  }
  const offset = float32(FIELD.voxOffset);
  if (!(offset >= HEADER_BYTES && offset <= 2 ** 31)) {
    refuse(
      `its voxels are said to start at byte ${offset}, they can not before ${HEADER_BYTES}`,
      'convert it again',
    );
  }
  for (let axis = 0; axis < Math.min(axes, 3); axis++) {
    const spacing = float32(FIELD.pixdim + 4 * (axis + 1));
    if (!(spacing > 0 && Number.isFinite(spacing))) {
      refuse(`spacing along axis ${axis} is ${spacing} mm`, 'correct pixdim in its header');
    }
  }
  const slope = float32(FIELD.sclSlope);
  const intercept = float32(FIELD.sclInter);
  // A slope of NaN or 0 says that there is no rescaling; ITK would add the intercept all the same.
  const rescaled = slope !== 0 && !Number.isNaN(slope);
  if (rescaled ? !Number.isFinite(slope * intercept) : slope === 0 && intercept !== 0) {
    refuse(
      `its voxels are to be rescaled by slope ${slope} and intercept ${intercept}`,
      'correct scl_slope and scl_inter in its header',
    );
  }
  if (int16(FIELD.sformCode) > 0) {
    const spacing = [0, 1, 2].map((axis) => float32(FIELD.pixdim + 4 * (axis + 1)));
    const problem = sformProblem(
      (row, column) => float32(FIELD.srow + 16 * row + 4 * column),
      spacing.slice(0, axes),
    );
    if (problem !== null) refuse(problem, 'correct its sform, or resample it to orthogonal axes');
  } else if (int16(FIELD.qformCode) > 0) {
    const length = Math.hypot(...[0, 1, 2].map((part) => float32(FIELD.quatern + 4 * part)));
    if (!(length < 1.001))
      refuse(`its quaternion is ${length} long, at most 1 is a rotation`, 'correct its qform');
  }
  return {
    dim: [x, y, z, frames],
    offset,
    bytes: offset + (x * y * z * frames * bits) / 8,
    little,
    float: type === 16 ? 32 : type === 64 ? 64 : null,
  };
}

/** What is wrong with the affine `at(row, column)`, given the spacings that pixdim states, in mm. */
function sformProblem(at: (row: number, column: number) => number, pixdim: readonly number[]): string | null {
  const columns = [0, 1, 2].map((column) => [0, 1, 2].map((row) => at(row, column)));
  const norms = columns.map((column) => Math.hypot(...column));
  if (!norms.every((norm) => norm > 0) || ![0, 1, 2].every((row) => Math.abs(at(row, 3)) < FARTHEST)) {
    return 'its sform holds NaN, has an axis of length 0 or an origin that is nowhere';
  }
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const dot = [0, 1, 2].reduce((sum, row) => sum + at(row, a) * at(row, b), 0);
    const cosine = Math.abs(dot / ((norms[a] as number) * (norms[b] as number)));
    if (cosine > SHEAR) {
      const degrees = ((Math.acos(Math.min(1, cosine)) * 180) / Math.PI).toFixed(1);
      return `its sform is sheared: axes ${a} and ${b} meet at ${degrees} degrees`;
    }
  }
  const off = pixdim.findIndex(
    (spacing, axis) => !(Math.abs((norms[axis] as number) / spacing - 1) < MISMATCH),
  );
  if (off !== -1) {
    return `along axis ${off} its sform spaces voxels by ${norms[off]} mm, its pixdim by ${pixdim[off]} mm`;
  }
  return null;
}
