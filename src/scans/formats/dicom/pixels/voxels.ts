/**
 * The voxels of arranged slices: decoded, inverted where black and white are swapped, rescaled to the modality's units.
 *
 * Source: DICOM PS3.3 C.11.1 (Modality LUT: Hounsfield units for CT), C.7.6.3.1.2 (MONOCHROME1).
 */
import type { DicomFile } from '../elements/file.js';
import { lookedUp } from './lookup-table.js';
import { isPadding } from './padding.js';
import { frameReader, type Pixels } from './pixels.js';
import type { Slice } from '../frames/slices.js';

export interface Voxels {
  /** `[frames, z, y, x]`. */
  readonly voxels: Float32Array | Int16Array | Uint8Array;
  /** `[frames, z, y, x]`, 1 where there is padding; null if there is no padding. */
  readonly padding: Uint8Array | null;
}

export async function voxelsOf(frames: readonly (readonly Slice[])[]): Promise<Voxels> {
  const slices = frames.flat();
  const first = slices[0] as Slice;
  const size = first.columns * first.rows;
  const out = new (arrayFor(slices))(slices.length * size);
  const readers = new Map<DicomFile, (index: number) => Promise<Pixels>>();
  let last: { slice: Slice; pixels: Pixels } | undefined;
  let padding: Uint8Array | null = null;
  for (const [index, slice] of slices.entries()) {
    const read = readers.get(slice.file) ?? frameReader(slice.file, slice.picture);
    readers.set(slice.file, read);
    // Tiles of a mosaic come from one frame, which is decoded once.
    const same = last?.slice.file === slice.file && last.slice.frame === slice.frame;
    const pixels = same && last !== undefined ? last.pixels : await read(slice.frame);
    last = { slice, pixels };
    place(out, index * size, slice, pixels, rescalingOf(slice));
    const range = slice.padding;
    if (range === null || !pixels.some((stored) => isPadding(range, stored))) continue;
    padding ??= new Uint8Array(out.length);
    place(padding, index * size, slice, pixels, (stored) => (isPadding(range, stored) ? 1 : 0));
  }
  return { voxels: out, padding };
}

/** Smallest array type that holds every value after rescaling. */
function arrayFor(
  slices: readonly Slice[],
): Float32ArrayConstructor | Int16ArrayConstructor | Uint8ArrayConstructor {
  let [low, high] = [Infinity, -Infinity];
  for (const slice of slices) {
    const { slope, intercept, lookupTable, picture } = slice;
    const whole = slope === 1 && Number.isInteger(intercept) && lookupTable === null;
    if (!whole || picture.float || picture.photometric === 'PALETTE COLOR') return Float32Array;
    const [least, most] = storedRange(slice);
    low = Math.min(low, least + intercept);
    high = Math.max(high, most + intercept);
  }
  if (low >= 0 && high <= 255) return Uint8Array;
  return low >= -32768 && high <= 32767 ? Int16Array : Float32Array;
}

function storedRange({ picture: { bitsStored, signed } }: Slice): [number, number] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
}

function place(
  out: Float32Array | Int16Array | Uint8Array,
  start: number,
  slice: Slice,
  pixels: Pixels,
  valueOf: (stored: number) => number,
): void {
  const { columns, rows, corner, picture } = slice;
  let to = start;
  for (let y = 0; y < rows; y++) {
    let from = (corner[1] + y) * picture.columns + corner[0];
    for (let x = 0; x < columns; x++, from++) out[to++] = valueOf(pixels[from] as number);
  }
}

/** Returns the mapping from stored values to the modality's units; higher values are shown brighter. */
function rescalingOf(slice: Slice): (stored: number) => number {
  const { picture, slope, intercept, lookupTable } = slice;
  const inverted = picture.photometric === 'MONOCHROME1';
  if (lookupTable !== null) {
    const ends = inverted ? Math.min(...lookupTable.values) + Math.max(...lookupTable.values) : 0;
    return (stored) => (inverted ? ends - lookedUp(lookupTable, stored) : lookedUp(lookupTable, stored));
  }
  if (!inverted || picture.float) return (stored) => slope * stored + intercept;
  const [low, high] = storedRange(slice);
  return (stored) => slope * (low + high - stored) + intercept;
}
