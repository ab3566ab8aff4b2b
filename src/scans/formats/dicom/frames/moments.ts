/**
 * Acquisition time of a slice, and the order of slices at one position.
 *
 * Instance numbers come first, since writers number pictures in the order in which they show them; if these are
 * missing, or the same in all frames of a file, any other attribute of time decides.
 *
 * Sources: DICOM PS3.3 C.7.6.1 (General Image: acquisition date and time), C.7.6.16.2.2 (Frame Content), C.7.6.16.2.7
 * (Cardiac Synchronization), C.7.6.17 (dimensions).
 */
import { decimal, itemsOf, type DicomFile } from '../elements/file.js';
import type { FrameAttributes } from '../elements/frame-groups.js';

const TAG = {
  acquisitionDate: 'x00080022',
  acquisitionDateTime: 'x0008002a',
  acquisitionTime: 'x00080032',
  acquisitionNumber: 'x00200012',
  instanceNumber: 'x00200013',
  temporalPosition: 'x00200100',
  triggerTime: 'x00181060',
  frameAcquisition: 'x00189074',
  frameReference: 'x00189151',
  temporalPositionIndex: 'x00209128',
  triggerDelay: 'x00209153',
  timeOffset: 'x0020930d',
} as const;

/** Functional groups, named as in the standard. */
const GROUP = {
  cardiacSynchronization: ['x00189118'],
  frameContent: ['x00209111'],
  temporalPosition: ['x00209310'],
} as const;

/** Dimensions that count moments. */
const TEMPORAL = [
  TAG.temporalPositionIndex,
  TAG.timeOffset,
  TAG.triggerDelay,
  TAG.frameReference,
  TAG.frameAcquisition,
  TAG.triggerTime,
  'x00209241', // percentage of the cardiac cycle
  'x00209245', // of the respiratory one
];

/** Seconds since the heartbeat, or since the first frame. */
export function timeOf(attributes: FrameAttributes): number | null {
  const delay = attributes.numbers(GROUP.cardiacSynchronization, TAG.triggerDelay, 'FD')?.[0];
  if (delay !== undefined) return delay / 1000;
  return attributes.numbers(GROUP.temporalPosition, TAG.timeOffset, 'FD')?.[0] ?? null;
}

/** Acquisition time in seconds since some midnight; null if the file does not say. */
export function acquiredAt(attributes: FrameAttributes): number | null {
  for (const tag of [TAG.frameReference, TAG.frameAcquisition, TAG.acquisitionDateTime]) {
    const stated = secondsOf(attributes.text(GROUP.frameContent, tag));
    if (stated !== undefined) return stated;
  }
  const time = attributes.text([], TAG.acquisitionTime)?.replaceAll(':', '');
  // Without a date, any day will do.
  const date = attributes.text([], TAG.acquisitionDate)?.replaceAll('.', '') ?? '20000101';
  return time === undefined ? null : (secondsOf(date + time) ?? null);
}

/**
 * Sort key of slices at one position, most significant entry first.
 *
 * @param within the frame's position in time within its file, if the file states it
 */
export function orderOf(
  { data }: DicomFile,
  attributes: FrameAttributes,
  within: readonly number[] = [],
): number[] {
  const numbers = [TAG.instanceNumber, TAG.acquisitionNumber, TAG.temporalPosition];
  return [
    ...numbers.map((tag) => decimal(data, tag) ?? 0),
    ...within,
    attributes.numbers(GROUP.frameContent, TAG.temporalPositionIndex, 'UL')?.[0] ?? 0,
    timeOf(attributes) ?? 0,
    acquiredAt(attributes) ?? 0,
    decimal(data, TAG.triggerTime) ?? 0,
  ];
}

/** Each frame's value in the first dimension that counts moments; empty if there is no such dimension. */
export function temporalIndices({ data }: DicomFile): readonly number[] {
  const pointers = itemsOf(data, 'x00209222').map((item) =>
    (item.attributeTag('x00209165') ?? '').toLowerCase(),
  );
  const dimension = pointers.findIndex((pointer) => (TEMPORAL as readonly string[]).includes(pointer));
  if (dimension === -1) return [];
  return itemsOf(data, 'x52009230').map(
    (frame) => itemsOf(frame, GROUP.frameContent[0])[0]?.uint32('x00209157', dimension) ?? 0,
  );
}

/** Seconds of a date and time (DT) since some midnight. */
export function secondsOf(text: string | undefined): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\.\d+)?)/.exec(text?.trim() ?? '');
  if (found === null) return undefined;
  const numbers = found.slice(1).map(Number);
  const at = (i: number): number => numbers[i] ?? 0;
  const days = Date.UTC(at(0), at(1) - 1, at(2)) / 86_400_000;
  return days * 86_400 + at(3) * 3600 + at(4) * 60 + at(5);
}
