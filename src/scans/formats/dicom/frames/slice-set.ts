/**
 * All slices of a file, however it stores them, and the slices of one scan among several.
 */
import { UserError } from '../../../../core/errors.js';
import { distinctLooks, groupLooks, labelsOf, lookId, type Look } from '../../looks.js';
import type { DicomFile } from '../elements/file.js';
import { gridSlicesOf } from './grid.js';
import { PIXEL_DATA, pictureOf, type Picture } from '../pixels/picture.js';
import { slicesOf, type Slice } from './slices.js';

export interface SliceSet {
  readonly slices: readonly Slice[];
  /** Reason why they can not be used, or null. */
  readonly problem: string | null;
}

export function sliceSet(file: DicomFile): SliceSet {
  const picture = pictureOf(file);
  checkFrames(file, picture);
  const grid = gridSlicesOf(file, picture);
  return grid === null ? slicesOf(file, picture) : { slices: grid, problem: null };
}

/** Maximum number of frames; an hour of video has fewer. */
const MOST_FRAMES = 2 ** 17;

/** Checked before anything is allocated per frame: no frame takes less than a bit, and frames of videos take more. */
function checkFrames({ path, data }: DicomFile, { frames }: Picture): void {
  if (frames > MOST_FRAMES) {
    const problem = `its header declares ${frames} frames; at most ${MOST_FRAMES} are read`;
    throw new UserError({ subject: path, problem, fix: 'split it' });
  }
  const bytes = data.elements[PIXEL_DATA]?.length;
  if (bytes === undefined || frames <= Math.max(1, 8 * bytes)) return;
  throw new UserError({
    subject: path,
    problem: `truncated: its header declares ${frames} frames, ${bytes} bytes of pixels are there`,
    fix: 'copy it again from its source',
  });
}

/** Slices of the scan with this look, or of the first scan if `look` is null, with a text on the other scans. */
export function chosenSlices(
  slices: readonly Slice[],
  look: string | null,
): { slices: readonly Slice[]; among: string | null } {
  const scans = groupLooks(distinctLooks(slices.map((slice) => slice.look)));
  const of = (group: readonly Look[]): Slice[] => {
    const ids = new Set(group.map(lookId));
    return slices.filter((slice) => ids.has(lookId(slice.look)));
  };
  if (look !== null) {
    const group = scans.find((looks) => looks.some((each) => lookId(each) === look));
    if (group !== undefined) return { slices: of(group), among: null };
    const problem = 'no longer holds the scan that was found in it';
    throw new UserError({ subject: slices[0]?.file.path ?? 'a scan', problem, fix: 'run the command again' });
  }
  const [first = [], ...others] = scans;
  if (others.length === 0) return { slices, among: null };
  const among = `holds ${scans.length} scans (${labelsOf(scans).join('; ')}), to be read one by one`;
  return { slices: of(first), among };
}
