/**
 * Storage of pixels in a DICOM file, with the checks that must hold before any pixel is decoded.
 *
 * Source: DICOM PS3.3 section C.7.6.3 (Image Pixel module).
 */
import type { DataSet } from 'dicom-parser';
import { UserError } from '../../../../core/errors.js';
import { LARGEST_BYTES } from '../../bytes.js';
import { decimal, type DicomFile } from '../elements/file.js';

export interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** Numbers per pixel: 1, or 3 for colours. */
  readonly samples: 1 | 3;
  readonly photometric: string;
  /** True if colours are stored as three planes rather than pixel by pixel. */
  readonly planar: boolean;
  /** 1 in segmentations, packed eight to a byte; 64 for floats alone. */
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  /** Highest of the stored bits, from 0; bits below the stored ones belong to something else. */
  readonly highBit: number;
  readonly signed: boolean;
  /** Samples are floats, as in parametric maps. */
  readonly float: boolean;
}

/** Tags of pixels: Pixel Data, or Float or Double Float Pixel Data. */
export const PIXEL_DATA = 'x7fe00010';
export const FLOAT_PIXEL_DATA: Readonly<Record<number, string>> = { 32: 'x7fe00008', 64: 'x7fe00009' };

export function pictureOf({ path, data }: DicomFile): Picture {
  const refuse = (problem: string, fix = 'convert it, or remove it'): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  const rows = data.uint16('x00280010') ?? refuse('holds no picture: its header has no Rows');
  const columns = data.uint16('x00280011') ?? refuse('holds no picture: its header has no Columns');
  const frames = decimal(data, 'x00280008') ?? 1;
  const samples = data.uint16('x00280002') ?? 1;
  const bitsAllocated = data.uint16('x00280100') ?? 16;
  const bitsStored = data.uint16('x00280101') ?? bitsAllocated;
  if (rows < 1 || columns < 1 || !Number.isInteger(frames) || frames < 1)
    refuse(`its header declares ${columns} × ${rows} pixels and ${frames} frames`);
  if (samples !== 1 && samples !== 3) refuse(`${samples} samples per pixel are not read`);
  const stated = (data.string('x00280004') ?? '').trim().toUpperCase();
  const photometric =
    photometricOf(stated, samples as 1 | 3) ??
    refuse(
      `its Photometric Interpretation is ${stated.replace(/[^A-Z0-9_ ]/g, '').slice(0, 16)}, which is not read with ${samples} ${samples === 1 ? 'sample' : 'samples'} per pixel`,
    );
  const floats = FLOAT_PIXEL_DATA[bitsAllocated];
  const float = floats !== undefined && data.elements[floats] !== undefined;
  if (![1, 8, 16, 32].includes(bitsAllocated) && !float)
    refuse(`${bitsAllocated} bits per sample are not read`);
  if (bitsAllocated === 1 && samples !== 1) refuse('colours of 1 bit are not read');
  if (bitsStored < 1 || bitsStored > bitsAllocated)
    refuse(`its header declares ${bitsStored} bits stored in ${bitsAllocated}`);
  // Pixels become one number each, so samples per pixel do not count.
  const bytes = rows * columns * frames * Math.max(1, bitsAllocated / 8);
  if (bytes > LARGEST_BYTES)
    refuse(
      `its header declares ${frames} frames of ${columns} × ${rows} pixels, ${bytes} bytes; at most ${LARGEST_BYTES} are read`,
    );
  return {
    rows,
    columns,
    frames,
    samples: samples as 1 | 3,
    photometric,
    planar: (data.uint16('x00280006') ?? 0) === 1,
    bitsAllocated: bitsAllocated as Picture['bitsAllocated'],
    bitsStored,
    highBit: highBitOf(data, bitsStored, bitsAllocated),
    signed: (data.uint16('x00280103') ?? 0) === 1,
    float,
  };
}

/** High bit; the standard now requires the lowest bits, older files may use others. Impossible values are ignored. */
function highBitOf(data: DataSet, bitsStored: number, bitsAllocated: number): number {
  const stated = data.uint16('x00280102') ?? 0;
  return stated >= bitsStored - 1 && stated < bitsAllocated ? stated : bitsStored - 1;
}

/** Photometric interpretations by samples per pixel; the first one is assumed if the file does not say. */
const PHOTOMETRIC: Readonly<Record<Picture['samples'], readonly string[]>> = {
  1: ['MONOCHROME2', 'MONOCHROME1', 'PALETTE COLOR'],
  3: ['RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_PARTIAL_422', 'YBR_PARTIAL_420', 'YBR_ICT', 'YBR_RCT'],
};

/** Photometric interpretation; null if it is not supported. */
function photometricOf(stated: string, samples: Picture['samples']): string | null {
  const known = PHOTOMETRIC[samples];
  return known.find((name) => stated === '' || name === stated) ?? null;
}

/** Bytes of one uncompressed frame; frames of 1-bit samples need not begin at a byte. */
export function frameBytes({ rows, columns, samples, bitsAllocated, photometric }: Picture): number {
  // 4:2:2 stores both chroma values once for two pixels.
  const perPixel = isPaired(photometric) ? 2 : samples;
  return rows * columns * perPixel * (bitsAllocated / 8);
}

/** True if two neighbours share their chroma in uncompressed colours: Y Y Cb Cr. */
export function isPaired(photometric: string): boolean {
  return photometric === 'YBR_FULL_422' || photometric === 'YBR_PARTIAL_422';
}
