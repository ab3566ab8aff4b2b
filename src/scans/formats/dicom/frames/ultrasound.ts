/**
 * Calibration of ultrasound clips from their headers: pixel sizes, and regions outside of which text may appear.
 *
 * Source: DICOM PS3.3 C.8.5.5 (US Region Calibration).
 */
import type { DataSet } from 'dicom-parser';
import type { VoxelArray } from '../../format.js';
import { itemsOf } from '../elements/file.js';
import type { Picture } from '../pixels/picture.js';

/** Physical units of a region that are centimetres. */
const CENTIMETRES = 3;

interface Region {
  /** First and last column and row. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Millimetres between columns and between rows; null if the axes are no lengths. */
  readonly spacing: readonly [number, number] | null;
}

function regionsOf(data: DataSet): Region[] {
  return itemsOf(data, 'x00186011').map((region) => {
    const edge = (tag: string): number => region.uint32(tag) ?? 0;
    const delta = (tag: string): number => 10 * Math.abs(region.double(tag) ?? 0);
    const lengths = region.uint16('x00186024') === CENTIMETRES && region.uint16('x00186026') === CENTIMETRES;
    const spacing = [delta('x0018602c'), delta('x0018602e')] as const;
    return {
      left: edge('x00186018'),
      top: edge('x0018601a'),
      right: edge('x0018601c'),
      bottom: edge('x0018601e'),
      spacing: lengths && spacing.every((mm) => mm > 0) ? spacing : null,
    };
  });
}

export function regionSpacingOf(data: DataSet): readonly [number, number] | null {
  return regionsOf(data).find(({ spacing }) => spacing !== null)?.spacing ?? null;
}

/** Pixels darker than this are background: decoders of lossy JPEG leave noise in it. */
const BLACK = 16;

/** Text takes more than this share of the pixels outside of the regions. */
const EMPTY = 0.001;

/**
 * Hints that pixels may name the patient.
 *
 * @param first the first frame, `[rows, columns]`, from 0 for black
 */
export function annotationRemarks(data: DataSet, { columns, rows }: Picture, first: VoxelArray): string[] {
  const remarks: string[] = [];
  if (data.string('x00280301')?.trim().toUpperCase() === 'YES') remarks.push('burned-in annotation');
  const regions = regionsOf(data);
  if (regions.length === 0) return remarks;
  let [outside, bright] = [0, 0];
  for (let y = 0; y < rows; y++) {
    const row = regions.filter(({ top, bottom }) => y >= top && y <= bottom);
    for (let x = 0; x < columns; x++) {
      if (row.some(({ left, right }) => x >= left && x <= right)) continue;
      outside++;
      if (Number(first[y * columns + x]) >= BLACK) bright++;
    }
  }
  if (bright > EMPTY * outside) {
    const share = Math.round(100 * (1 - outside / (columns * rows)));
    remarks.push(`ultrasound regions cover ${share} % of the picture; text may sit outside of them`);
  }
  return remarks;
}
