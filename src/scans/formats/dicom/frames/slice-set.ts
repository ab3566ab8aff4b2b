/**
 * All slices of a file, whatever way it holds them, and those of one scan among several.
 */
import { UserError } from '../../../../core/errors.js';
import { distinctLooks, groupLooks, labelsOf, lookId, type Look } from '../../looks.js';
import type { DicomFile } from '../elements/file.js';
import { gridSlicesOf } from './grid.js';
import { PIXEL_DATA, pictureOf, type Picture } from '../pixels/picture.js';
import { slicesOf, type Slice } from './slices.js';

export interface SliceSet {
  readonly slices: readonly Slice[];
  /** Why they can not be used, or null. */
  readonly problem: string | null;
}

export function sliceSet(file: DicomFile): SliceSet {
  const picture = pictureOf(file);
  checkFrames(file, picture);
  const grid = gridSlicesOf(file, picture);
  return grid === null ? slicesOf(file, picture) : { slices: grid, problem: null };
}

/** An hour of a clip has fewer. */
const MOST_FRAMES = 2 ** 17;

/** Before anything is made for each frame: none takes less than a bit, and those of videos take more. */
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

/** The slices of the scan with this look; without one, of the first, and what else there is. */
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
