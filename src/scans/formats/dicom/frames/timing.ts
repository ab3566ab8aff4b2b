/**
 * Acquisition times of frames, in seconds.
 *
 * Sources: DICOM PS3.3 C.7.6.5 (Cine), C.7.6.16.2.2 (Frame Content), C.7.6.16.2.7 (Cardiac Synchronization), C.8.4.14
 * (NM phases and gates).
 */
import type { DataSet } from 'dicom-parser';
import { evenTiming, timing, type ScanInfo } from '../../format.js';
import { decimal, decimals, itemsOf, type DicomFile } from '../elements/file.js';
import { numbersIn } from '../elements/frame-groups.js';
import { secondsOf } from './moments.js';
import { nuclearTimes } from '../meaning/nuclear.js';
import type { Slice } from './slices.js';

type Timing = Pick<ScanInfo, 'frameTime' | 'frameTimes'>;

/** Timing of the frames of one file, from their stated times, else from the rate at which they are to be shown. */
function clipTiming(file: DicomFile, frames: number): Timing {
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
  const duration = decimal(data, 'x00181242') ?? 0; // Actual Frame Duration, ms
  return evenTiming(frames, rate === undefined ? duration / 1000 : 1 / rate);
}

function isKnown(found: Timing | null | undefined): found is Timing {
  return found !== null && found !== undefined && found.frameTime !== null;
}

function summed(milliseconds: readonly number[] | undefined): number[] | undefined {
  let time = 0;
  return milliseconds?.map((ms, i) => (i === 0 ? 0 : (time += ms / 1000)));
}

/** Frame times from the date and time of each frame, if functional groups state them. */
function framesAcquired(data: DataSet, frames: number): number[] | undefined {
  const stated = itemsOf(data, 'x52009230').map((frame) => {
    const content = itemsOf(frame, 'x00209111')[0];
    return secondsOf(content?.string('x00189151') ?? content?.string('x00189074'));
  });
  const times = stated.flatMap((time) => (time === undefined ? [] : [time]));
  return times.length === frames ? times : undefined;
}

/**
 * Timing of the frames of a series: for a clip from its own tags; for slices at one position from their time after the
 * heartbeat, after each other or of acquisition; else from the repetition time.
 *
 * @param frames `[frames][z]`
 */
export function seriesTiming(files: readonly DicomFile[], frames: readonly (readonly Slice[])[]): Timing {
  const first = frames[0]?.[0];
  if (first === undefined || frames.length < 2) return evenTiming(1, null);
  if (files.length === 1 && first.plane === null) return clipTiming(first.file, frames.length);
  // Diffusion directions are in no temporal order.
  if ((first.bValue ?? 0) > 0) return evenTiming(frames.length, null);
  const each = (secondsIn: (slice: Slice) => number | null): Timing | null => {
    const times = frames.map((slices) => (slices[0] === undefined ? null : secondsIn(slices[0])));
    return times.every((time) => time !== null) ? timing(times) : null;
  };
  const stated = (tag: string) => (slice: Slice) => {
    const milliseconds = decimal(slice.file.data, tag);
    return milliseconds === undefined ? null : milliseconds / 1000;
  };
  const nuclear = nuclearTimes(first.file, frames.length);
  const found = [
    each(({ time }) => time),
    nuclear === undefined ? null : timing(nuclear),
    each(stated(FRAME_REFERENCE_TIME)),
    each(stated(TRIGGER_TIME)),
    repeated(
      frames,
      each(({ acquired }) => acquired),
    ),
  ];
  return found.find(isKnown) ?? evenTiming(frames.length, null);
}

/** Tags of milliseconds since the first scan of a PET series, and since the last heartbeat. */
const FRAME_REFERENCE_TIME = 'x00541300';
const TRIGGER_TIME = 'x00181060';

/** Minimum seconds per slice of any scanner; a shorter repetition time is one of many within a frame. */
const LEAST_PER_SLICE = 0.005;

/** Acquisition times, unless the repetition time agrees with them and is more exact. */
function repeated(frames: readonly (readonly Slice[])[], acquired: Timing | null): Timing | null {
  const [slices = []] = frames;
  const seconds = repetitionOf(slices[0]?.file);
  if (seconds === null || seconds < LEAST_PER_SLICE * slices.length) return acquired;
  const even = evenTiming(frames.length, seconds);
  const times = [frames[0]?.[0]?.acquired, frames.at(-1)?.[0]?.acquired];
  const [start, end] = times;
  if (!isKnown(acquired) || start == null || end == null) return even;
  const steps = frames.length - 1;
  // Times may be truncated to seconds.
  return Math.abs(end - start - steps * seconds) <= Math.max(1, 0.05 * steps * seconds) ? even : acquired;
}

/** Repetition time in seconds, if slices are excited one by one, each once per frame; null otherwise. */
function repetitionOf(file: DicomFile | undefined): number | null {
  if (file === undefined) return null;
  const shared = itemsOf(file.data, 'x52009229')[0];
  const milliseconds =
    decimal(file.data, 'x00180080') ?? numbersIn(itemsOf(shared, 'x00189112')[0], 'x00180080', 'DS')?.[0];
  const whole = (file.data.string('x00180023') ?? '').trim().toUpperCase() === '3D';
  return milliseconds === undefined || whole ? null : milliseconds / 1000;
}
