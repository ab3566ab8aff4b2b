/**
 * Frames of nuclear medicine: each property is a vector with one entry per frame.
 *
 * Reconstructed images are slices of a volume, gated ones at several moments; all others are pictures of a detector, of
 * which dynamic and gated ones follow each other in time, and raw projections are neither.
 *
 * Source: DICOM PS3.3 C.8.4.8 (NM Multi-frame: vectors by image type), C.8.4.15 (NM Reconstruction: slices lie `Spacing
 * Between Slices` apart along the normal of the first one, against it where that is negative).
 */
import type { Triple } from '../../../../core/tensor.js';
import { decimal, decimals, itemsOf, type DicomFile } from '../elements/file.js';
import { numbersIn } from '../elements/frame-groups.js';
import type { Picture } from '../pixels/picture.js';
import { planeOf, type Plane } from '../frames/plane.js';
import { cross, scaled, sum } from '../frames/vectors.js';

const VECTOR = {
  window: 'x00540010',
  detector: 'x00540020',
  phase: 'x00540030',
  interval: 'x00540060',
  timeSlot: 'x00540070',
  slice: 'x00540080',
  timeSlice: 'x00540100',
} as const;

export interface NuclearFrame {
  readonly plane: Plane | null;
  /** Properties that distinguish its scan from the others. */
  readonly facts: Readonly<Record<string, string>>;
  /** Sort key of frames in time. */
  readonly order: readonly number[];
}

/** Third value of Image Type. */
export function nuclearType({ data }: DicomFile): string {
  // The parser throws where a text has fewer values than it is asked for.
  return (data.string('x00080008')?.split('\\')[2] ?? '').trim().toUpperCase();
}

export function isProjections(type: string): boolean {
  return type === 'TOMO' || type === 'GATED TOMO';
}

export function nuclearFrames(file: DicomFile, { frames }: Picture): NuclearFrame[] {
  const { data } = file;
  const vector = (tag: string): number[] | undefined => numbersIn(data, tag, 'US', frames);
  const [window, detector, interval] = [VECTOR.window, VECTOR.detector, VECTOR.interval].map(vector);
  const times = [VECTOR.phase, VECTOR.timeSlot, VECTOR.timeSlice].map(vector);
  const volume = nuclearType(file).startsWith('RECON');
  // Without the vector, frames are counted.
  const slices = vector(VECTOR.slice) ?? Array.from({ length: frames }, (_, frame) => frame + 1);
  const planes = volume ? planesOf(file, slices) : undefined;
  const named = (name: string, values: number[] | undefined, frame: number): Record<string, string> =>
    values === undefined || new Set(values).size < 2 ? {} : { [name]: String(values[frame]) };
  return Array.from({ length: frames }, (_, frame) => ({
    plane: planes?.[frame] ?? null,
    facts: {
      ...named('window', window, frame),
      // A volume is made of what all detectors saw.
      ...(volume ? {} : named('detector', detector, frame)),
      ...named('interval', interval, frame),
    },
    order: times.map((values) => values?.[frame] ?? 0),
  }));
}

/** Planes by the number of the slice, from 1; axial if the file states no orientation. */
function planesOf({ data }: DicomFile, slices: readonly number[]): Plane[] {
  const sets = [itemsOf(data, 'x00540022')[0], data];
  const first = sets
    .map((set) => planeOf(decimals(set, 'x00200032', 3), decimals(set, 'x00200037', 6)))
    .find((plane) => plane !== null) ?? { position: [0, 0, 0] as Triple, right: [1, 0, 0], down: [0, 1, 0] };
  const step = [decimal(data, 'x00180088'), decimal(data, 'x00180050')].find(
    (mm) => mm !== undefined && mm !== 0,
  );
  const normal = cross(first.right, first.down);
  return slices.map((slice) => ({
    ...first,
    position: sum([first.position, scaled(normal, (slice - 1) * (step ?? 1))]),
  }));
}

/** Seconds of each moment since the first, by phases or gates; undefined if the file does not say. */
export function nuclearTimes({ data }: DicomFile, moments: number): number[] | undefined {
  const phases = itemsOf(data, 'x00540032').flatMap((phase) => {
    const seconds = (decimal(phase, 'x00181242') ?? 0) / 1000;
    const pause = (decimal(phase, 'x00540038') ?? 0) / 1000;
    const count = numbersIn(phase, 'x00540033', 'US')?.[0] ?? 0;
    return Array.from({ length: Math.min(count, moments) }, () => seconds + pause);
  });
  if (phases.length === moments && phases.every((step) => step > 0)) {
    let time = 0;
    return phases.map((step) => (time += step) - step);
  }
  const gate = decimal(itemsOf(itemsOf(data, 'x00540062')[0], 'x00540063')[0], 'x00181063') ?? 0;
  return gate > 0 ? Array.from({ length: moments }, (_, moment) => (moment * gate) / 1000) : undefined;
}
