/**
 * The NIfTI-1 header as a table: fields, and access to them in the file's byte order.
 *
 * Source: nifti1.h, https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
import { UserError } from '../../core/errors.js';

/** Bytes of the header; in a single file the voxels start at 352 or later. */
export const HEADER_BYTES = 348;

type Type = 'int16' | 'int32' | 'float32';

/** Name, type and byte offset of the fields that are looked at. */
const FIELDS = {
  sizeofHdr: ['int32', 0], // 348; tells the byte order
  dim: ['int16', 40], // [8]: number of axes, then their extents
  datatype: ['int16', 70],
  bitpix: ['int16', 72], // bits per voxel
  pixdim: ['float32', 76], // [8]: handedness, then spacings, in mm unless xyzt_units says otherwise
  voxOffset: ['float32', 108], // first byte of the voxels
  sclSlope: ['float32', 112], // value = slope * stored + intercept; 0 or NaN for no rescaling
  sclInter: ['float32', 116],
  qformCode: ['int16', 252],
  sformCode: ['int16', 254],
  quatern: ['float32', 256], // [3]: b, c, d of the rotation to RAS+
  srow: ['float32', 280], // [3][4]: rows of the affine to RAS+
} as const satisfies Readonly<Record<string, readonly [Type, number]>>;

/** "n+1": header and voxels in one file. */
const MAGIC = { offset: 344, text: 'n+1\0' };

const NIFTI2_HEADER_BYTES = 540;

const WIDTH: Readonly<Record<Type, number>> = { int16: 2, int32: 4, float32: 4 };

export interface NiftiHeader {
  readonly little: boolean;
  /** Entry `index` of a field, 0 unless it is an array. */
  get(field: keyof typeof FIELDS, index?: number): number;
}

/** Opens the header in `bytes`, the beginning of the decompressed file at `path`. */
export function openHeader(path: string, bytes: Uint8Array): NiftiHeader {
  const refuse = (problem: string, fix: string): UserError => new UserError({ subject: path, problem, fix });
  if (bytes.length < HEADER_BYTES) {
    throw refuse(
      `not a NIfTI file: ${bytes.length} bytes, its header alone has ${HEADER_BYTES}`,
      'replace or remove it',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)];
  if (sizes.includes(NIFTI2_HEADER_BYTES)) {
    throw refuse('a NIfTI-2 file, which is not read yet', 'convert it to NIfTI-1');
  }
  const magic = String.fromCharCode(...bytes.subarray(MAGIC.offset, MAGIC.offset + MAGIC.text.length));
  if (!sizes.includes(HEADER_BYTES) || magic !== MAGIC.text) {
    throw refuse(
      'not a NIfTI file: its first 348 bytes are no NIfTI-1 header',
      'rename, convert or remove it',
    );
  }
  const little = sizes[0] === HEADER_BYTES;
  const read: Readonly<Record<Type, (offset: number) => number>> = {
    int16: (offset) => view.getInt16(offset, little),
    int32: (offset) => view.getInt32(offset, little),
    float32: (offset) => view.getFloat32(offset, little),
  };
  return {
    little,
    get(field, index = 0) {
      const [type, offset] = FIELDS[field];
      return read[type](offset + index * WIDTH[type]);
    },
  };
}
