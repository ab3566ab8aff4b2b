/**
 * The NIfTI headers as tables: fields, and access to them in the file's version and byte order.
 *
 * Sources: nifti1.h, https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h,
 * nifti2.h, https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h, and for ANALYZE 7.5 dbh.h of the Mayo Clinic.
 */
import { existsSync } from 'node:fs';
import { UserError } from '../../core/errors.js';

type Type = 'int8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64';

/** Type and byte offset of each field that is read, in versions 1 and 2. */
const FIELDS = {
  dim: ['int16', 40, 'int64', 16], // [8]: number of axes, then their extents
  datatype: ['int16', 70, 'int16', 12],
  bitpix: ['int16', 72, 'int16', 14], // bits per voxel
  pixdim: ['float32', 76, 'float64', 104], // [8]: handedness, then spacings in xyzt_units
  voxOffset: ['float32', 108, 'int64', 168], // first byte of the voxels
  sclSlope: ['float32', 112, 'float64', 176], // value = slope * stored + intercept; 0 or NaN for no rescaling
  sclInter: ['float32', 116, 'float64', 184],
  xyztUnits: ['int8', 123, 'int32', 500], // units of space (bits 0-2) and time (bits 3-5)
  qformCode: ['int16', 252, 'int32', 344],
  sformCode: ['int16', 254, 'int32', 348],
  quatern: ['float32', 256, 'float64', 352], // [3]: b, c, d of the rotation to RAS+
  qoffset: ['float32', 268, 'float64', 376], // [3]
  srow: ['float32', 280, 'float64', 400], // [3][4]: rows of the affine to RAS+
  // Only in ANALYZE 7.5 (dbh.h), whose other fields have the offsets of NIfTI-1.
  orient: ['int8', 252, 'int8', 252], // how slices lie, 0 to 5
  origin: ['int16', 253, 'int16', 253], // [3]: the voxel at 0 mm, counted from 1, as SPM writes it; else 0
} as const satisfies Readonly<Record<string, readonly [Type, number, Type, number]>>;

/** The first field, `sizeof_hdr`, tells version and byte order. */
const HEADER_BYTES = { 1: 348, 2: 540 } as const;

/** Magic of each version, which says whether voxels follow in the same file (`+`) or in another (`i`). */
const MAGIC = {
  1: { offset: 344, single: 'n+1\0', pair: 'ni1\0' },
  2: { offset: 4, single: 'n+2\0', pair: 'ni2\0' },
} as const;

const WIDTH: Readonly<Record<Type, number>> = {
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
};

export interface NiftiHeader {
  readonly little: boolean;
  /** True if voxels are in a file of their own. */
  readonly pair: boolean;
  /** True for an ANALYZE 7.5 header, which has no magic and says less about the patient's orientation. */
  readonly analyze: boolean;
  readonly bytes: 348 | 540;
  /** Entry `index` of a field, 0 unless it is an array. */
  get(field: keyof typeof FIELDS, index?: number): number;
}

/** Opens the header in `bytes`, the beginning of the decompressed file at `path`. */
export function openHeader(path: string, bytes: Uint8Array): NiftiHeader {
  const refuse = (problem: string, fix = 'rename, convert or remove it'): UserError =>
    new UserError({ subject: path, problem, fix });
  if (bytes.length < HEADER_BYTES[1]) {
    throw refuse(
      `not a NIfTI file: ${bytes.length} bytes, its header alone has ${HEADER_BYTES[1]}`,
      'replace or remove it',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)];
  const version = sizes.includes(HEADER_BYTES[2]) ? 2 : 1;
  const { offset, single, pair } = MAGIC[version];
  const magic = String.fromCharCode(...bytes.subarray(offset, offset + 4));
  const isHeader = /\.hdr(\.gz)?$/i.test(path);
  const known = sizes.includes(HEADER_BYTES[version]);
  const analyze = known && version === 1 && magic !== single && magic !== pair && isHeader;
  if (!known || (!analyze && magic !== single && magic !== pair)) {
    throw refuse('not a NIfTI file: it does not begin with the header of one');
  }
  if (bytes.length < HEADER_BYTES[version]) {
    throw refuse(`truncated: ${bytes.length} bytes, its header alone has ${HEADER_BYTES[version]}`);
  }
  const little = sizes[0] === HEADER_BYTES[version];
  const read: Readonly<Record<Type, (at: number) => number>> = {
    int8: (at) => view.getInt8(at),
    int16: (at) => view.getInt16(at, little),
    int32: (at) => view.getInt32(at, little),
    int64: (at) => Number(view.getBigInt64(at, little)),
    float32: (at) => view.getFloat32(at, little),
    float64: (at) => view.getFloat64(at, little),
  };
  return {
    little,
    // The file name decides where voxels are, since writers forget to change the magic.
    pair: isHeader && (magic !== single || imageBeside(path) !== undefined),
    analyze,
    bytes: HEADER_BYTES[version],
    get(field, index = 0) {
      const [type1, at1, type2, at2] = FIELDS[field];
      const [type, at] = version === 1 ? [type1, at1] : [type2, at2];
      return read[type](at + index * WIDTH[type]);
    },
  };
}

/** File next to a `.hdr` that holds its voxels. */
export function imageBeside(path: string): string | undefined {
  const stem = path.replace(/\.hdr(\.gz)?$/i, '');
  return ['.img', '.img.gz', '.IMG', '.IMG.gz']
    .map((ending) => stem + ending)
    .find((candidate) => candidate !== path && existsSync(candidate));
}
