/**
 * Meaning of the frames of one file: slices, moments or something else. Time is not assumed: if neither the SOP class,
 * nor functional groups, nor the Frame Increment Pointer say that frames are moments or slices, the scan is not used.
 *
 * Source: DICOM PS3.3 C.7.6.6 (Multi-frame: Frame Increment Pointer), C.8.6.3 (SC Multi-frame Vectors).
 */
import type { DataSet } from 'dicom-parser';
import { decimal, decimals, type DicomFile } from '../elements/file.js';
import { describedFrames, numbersIn } from '../elements/frame-groups.js';
import { isProjections, nuclearType } from '../meaning/nuclear.js';
import type { Picture } from '../pixels/picture.js';
import { sopClassOf, sopClassUid } from '../elements/sop-classes.js';

export interface Meaning {
  /** Source of the frames' positions; `time` if they have no positions of their own. */
  readonly frames: 'one' | 'groups' | 'offsets' | 'locations' | 'vectors' | 'time';
  /** Reason why its frames can not be used, or null. */
  readonly problem: string | null;
}

export const GRID_FRAME_OFFSETS = 'x3004000c';
export const SLICE_LOCATIONS = 'x00182005';
const FRAME_TIME = 'x00181063';
const FRAME_TIMES = 'x00181065';

/** Attributes that a Frame Increment Pointer may name, other than vectors of nuclear medicine. */
const POINTED: Readonly<Record<string, string>> = {
  [FRAME_TIME]: 'time',
  [FRAME_TIMES]: 'time',
  x00181062: 'time', // Nominal Interval
  x00200105: 'time', // Number of Temporal Positions
  [GRID_FRAME_OFFSETS]: 'offsets',
  [SLICE_LOCATIONS]: 'locations',
  x00182001: 'pages',
  x00182002: 'labels',
  x00182003: 'angles',
  x00182004: 'angles',
  x00182006: 'display windows',
};

/** Modalities whose multi-frame files are clips, also in a vendor's own class. */
const CLIPS = new Set(['US', 'IVUS', 'XA', 'RF', 'ES', 'XC', 'GM']);

const NOT_USED = {
  tiles: 'its frames are tiles of a slide, neither a volume nor a clip',
  projections: 'its frames are projections, neither slices nor moments',
  pullback: 'its frames are cross sections along a vessel, neither parallel slices nor moments',
} as const;

export function meaningOf(file: DicomFile, { frames }: Picture): Meaning {
  const { data } = file;
  const described = describedFrames(file);
  if (frames === 1) return { frames: described > 0 ? 'groups' : 'one', problem: null };
  const known = sopClassOf(data)?.frames;
  if (known === 'tiles' || known === 'projections' || known === 'pullback') return refused(NOT_USED[known]);
  if (known === 'time') return { frames: 'time', problem: null };
  if (described > 0) {
    if (described === frames) return { frames: 'groups', problem: null };
    return refused(`its header describes ${described} of its ${frames} frames`);
  }
  if (known === 'vectors' || data.string('x00080060')?.trim() === 'NM') {
    return isProjections(nuclearType(file))
      ? refused(NOT_USED.projections)
      : { frames: 'vectors', problem: null };
  }
  if (decimals(data, GRID_FRAME_OFFSETS, frames) !== undefined) return { frames: 'offsets', problem: null };
  if (known === 'groups')
    return refused(`lacks the functional groups that say what its ${frames} frames are`);
  return byPointer(data, frames, known !== undefined);
}

function byPointer(data: DataSet, frames: number, known: boolean): Meaning {
  const tag = data.elements['x00280009'] === undefined ? '' : (data.attributeTag('x00280009') ?? '');
  const pointed = POINTED[tag.toLowerCase()];
  if (pointed === 'locations' && numbersIn(data, SLICE_LOCATIONS, 'DS', frames) !== undefined)
    return { frames: 'locations', problem: null };
  if (pointed === 'time' || (pointed === undefined && isClip(data))) return { frames: 'time', problem: null };
  if (pointed !== undefined)
    return refused(`its ${frames} frames are ${pointed}, neither slices nor moments`);
  const uid = sopClassUid(data);
  const which = known || !/^[\d.]{1,64}$/.test(uid) ? '' : ` (class ${uid})`;
  return refused(`does not say whether its ${frames} frames are slices or moments${which}`);
}

function refused(problem: string): Meaning {
  return { frames: 'time', problem };
}

/** True if the file states frame times or a frame rate, is of a modality of clips, or has no SOP class. */
function isClip(data: DataSet): boolean {
  const rates = [FRAME_TIME, FRAME_TIMES, 'x00180040', 'x00082144', 'x00181242'];
  return (
    sopClassUid(data) === '' ||
    CLIPS.has(data.string('x00080060')?.trim() ?? '') ||
    rates.some((tag) => (decimal(data, tag) ?? 0) > 0 || (decimals(data, tag)?.length ?? 0) > 1)
  );
}
