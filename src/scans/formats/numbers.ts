/**
 * Numbers in files: bytes in either order to typed arrays, rescaling, and colours to intensities.
 */
import type { VoxelArray } from './format.js';

/** Constructors of the arrays that hold a type of number. */
export const NUMBER_TYPES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type NumberType = keyof typeof NUMBER_TYPES;

export function bytesPerNumber(type: NumberType): number {
  return NUMBER_TYPES[type].BYTES_PER_ELEMENT;
}

/** Reads `count` numbers from byte `start` on; copies only if necessary. */
export function numbersOf(
  bytes: Uint8Array,
  type: NumberType,
  little: boolean,
  start: number,
  count: number,
): VoxelArray {
  const width = bytesPerNumber(type);
  let view = bytes.subarray(start, start + count * width);
  if (view.byteOffset % width !== 0 || (!little && width > 1)) view = view.slice();
  if (!little && width > 1) swapBytes(view, width);
  return new NUMBER_TYPES[type](view.buffer as ArrayBuffer, view.byteOffset, count);
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else buffer.swap64();
}

/** Returns `slope * stored + intercept`, computed in float64; the same array if that changes nothing. */
export function rescaled(voxels: VoxelArray, slope: number, intercept: number): VoxelArray {
  if (slope === 1 && intercept === 0) return voxels;
  const out = new Float32Array(voxels.length);
  for (let i = 0; i < out.length; i++) out[i] = slope * Number(voxels[i]) + intercept;
  return out;
}

/** Luma of one colour, in its units: ITU-R BT.601, which JPEG and DICOM's YBR spaces share. */
export function luma(red: number, green: number, blue: number): number {
  // Thousandths, so that the luma of a grey is that grey.
  return (299 * red + 587 * green + 114 * blue) / 1000;
}

/**
 * Luma of colours.
 *
 * @param colours red, green, blue (and any further samples) of one voxel after the other
 * @param samples numbers per voxel, 3 or more
 */
export function lumaOf(colours: ArrayLike<number | bigint>, samples: number): Float32Array {
  const out = new Float32Array(Math.floor(colours.length / samples));
  for (let i = 0, at = 0; i < out.length; i++, at += samples) {
    out[i] = luma(Number(colours[at]), Number(colours[at + 1]), Number(colours[at + 2]));
  }
  return out;
}
