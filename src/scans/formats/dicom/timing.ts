/**
 * When frames were taken, in seconds.
 *
 * Sources: DICOM PS3.3 C.7.6.5 (Cine), C.7.6.16.2.2 (Frame Content), C.7.6.16.2.7 (Cardiac Synchronization), C.8.4.14
 * (NM phases and gates).
 */
import type { DataSet } from 'dicom-parser';
import { evenTiming, timing, type ScanInfo } from '../format.js';
import { decimal, decimals, itemsOf, type DicomFile } from './file.js';
import { nuclearTimes } from './nuclear.js';
import type { Slice } from './slices.js';

type Timing = Pick<ScanInfo, 'frameTime' | 'frameTimes'>;

/** Frames of one file, by what it says of their times, else by how fast they are to be shown. */
export function clipTiming(file: DicomFile, frames: number): Timing {
  const { data } = file;
  const increments = decimals(data, 'x00181065', frames); // Frame Time Vector, ms since the frame before
  const milliseconds = decimal(data, 'x00181063') ?? 0; // Frame Time
  const rates = ['x00180040', 'x00082144'].map((tag) => decimal(data, tag) ?? 0); // Cine Rate, Recommended Display Frame Rate
  const rate = rates.find((perSecond) => perSecond > 0);
  const times = [summed(increments), nuclearTimes(file, frames), framesAcquired(data, frames)];
  const [vector, nuclear, acquired] = times.map((found) => (found === undefined ? null : timing(found)));
  if (isKnown(vector)) return vector;
  if (milliseconds > 0) return evenTiming(frames, milliseconds / 1000);
  if (isKnown(nuclear)) return nuclear;
  if (isKnown(acquired)) return acquired;
  return evenTiming(frames, rate === undefined ? null : 1 / rate);
}

function isKnown(found: Timing | null | undefined): found is Timing {
  return found !== null && found !== undefined && found.frameTime !== null;
}

function summed(milliseconds: readonly number[] | undefined): number[] | undefined {
  let time = 0;
  return milliseconds?.map((ms, i) => (i === 0 ? 0 : (time += ms / 1000)));
}

/** By the date and time of each frame, where functional groups state them. */
function framesAcquired(data: DataSet, frames: number): number[] | undefined {
  const stated = itemsOf(data, 'x52009230').map((frame) => {
    const content = itemsOf(frame, 'x00209111')[0];
    return secondsOf(content?.string('x00189151') ?? content?.string('x00189074'));
  });
  const times = stated.flatMap((time) => (time === undefined ? [] : [time]));
  return times.length === frames ? times : undefined;
}

/** Seconds of a date and time (DT) since some midnight. */
function secondsOf(text: string | undefined): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\.\d+)?)/.exec(text?.trim() ?? '');
  if (found === null) return undefined;
  const numbers = found.slice(1).map(Number);
  const at = (i: number): number => numbers[i] ?? 0;
  const days = Date.UTC(at(0), at(1) - 1, at(2)) / 86_400_000;
  return days * 86_400 + at(3) * 3600 + at(4) * 60 + at(5);
}

/**
 * Frames of a series: of a clip by its own tags; of slices at one place by when they follow the heart's beat or each
 * other; else by repetition.
 *
 * @param frames `[frames][z]`
 */
export function seriesTiming(files: readonly DicomFile[], frames: readonly (readonly Slice[])[]): Timing {
  const first = frames[0]?.[0];
  if (first === undefined || frames.length < 2) return evenTiming(1, null);
  if (files.length === 1 && first.plane === null) return clipTiming(first.file, frames.length);
  // Directions of diffusion follow each other in no order of time.
  if ((first.bValue ?? 0) > 0) return evenTiming(frames.length, null);
  const stated = frames.map((slices) => slices[0]?.time ?? null);
  if (stated.every((time) => time !== null)) {
    const measured = timing(stated);
    if (measured.frameTime !== null) return measured;
  }
  const nuclear = nuclearTimes(first.file, frames.length);
  if (nuclear !== undefined) return timing(nuclear);
  // Of PET: Frame Reference Time, ms since the first scan of the series.
  const references = frames.map((slices) => decimal(slices[0]?.file.data, 'x00541300'));
  if (references.every((ms) => ms !== undefined)) {
    const measured = timing(references.map((ms) => ms / 1000));
    if (measured.frameTime !== null) return measured;
  }
  const triggers = frames.map((slices) => decimal(slices[0]?.file.data, 'x00181060'));
  if (frames[0]?.length === 1 && triggers.every((ms) => ms !== undefined)) {
    const measured = timing(triggers.map((ms) => ms / 1000));
    if (measured.frameTime !== null) return measured;
  }
  const shared = itemsOf(first.file.data, 'x52009229')[0];
  const repetition =
    decimal(first.file.data, 'x00180080') ?? decimal(itemsOf(shared, 'x00189112')[0], 'x00180080');
  return evenTiming(frames.length, repetition === undefined ? null : repetition / 1000);
}
