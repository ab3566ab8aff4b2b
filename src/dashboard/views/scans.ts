/**
 * The scans of a search as its networks see them: which are trained on and which are held out, what was skipped and why, and
 * samples of the proxy task. Pictures are drawn one by one, as they are asked for.
 */
import { messageOf, UserError } from '../../core/errors.js';
import { contactSheet, tilesOf } from '../../scans/preview.js';
import { wholeVolume } from '../../scans/sampling/scan-set.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { NotThere } from './not-there.js';
import { openScans, type OpenScans } from './scans/open-scans.js';
import { samplePicture } from './scans/sample-pictures.js';
import { sampleRows } from './scans/samples.js';
import type { ScansView } from './types.js';

/** Names of scans as `voxolve scans` shows them; patients by their place in the set alone. */
export async function scansView(store: Store, row: ExperimentRow): Promise<ScansView> {
  let scans: OpenScans;
  try {
    scans = await openScans(store, row);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: messageOf(error), scans: [], skipped: [], batches: [] };
  }
  const { used, skipped, withheld, leftOut } = scans.report;
  return {
    problem: null,
    scans: used.map(({ path, patient, split, shapes }, index) => ({
      index,
      name: path,
      patient: `patient ${patient + 1}`,
      split: split === 'train' ? 'training' : 'held out',
      shape: [...(shapes[0] ?? [])],
    })),
    skipped: [
      ...skipped.map(({ path, reason }) => ({ name: path, reason })),
      ...withheld.paths.map((name) => ({ name, reason: 'set aside for the final test of the objective' })),
      ...leftOut.map(({ path, what, reason }) => ({ name: path, reason: `${what}: ${reason}` })),
    ],
    batches: sampleRows(scans),
  };
}

/** PNG of a scan: its middle axial, coronal and sagittal slice, or eight frames of a clip. Throws `NotThere` where there is none. */
export async function scanPicture(store: Store, row: ExperimentRow, index: number): Promise<Uint8Array> {
  const { set, report } = await openScans(store, row);
  if (!Number.isInteger(index) || report.used[index] === undefined) throw missing('scan', index);
  // The volumes of a set are in the order of its scans, of which some make several.
  const first = report.used.slice(0, index).reduce((sum, { shapes }) => sum + shapes.length, 0);
  const volume = set.volumes[first];
  if (volume === undefined) throw missing('scan', index);
  const { shape, spacing, frameTime } = volume;
  return contactSheet([tilesOf({ shape, spacing, frameTime, ...wholeVolume(volume) })]);
}

/** PNG of a sample of the proxy task: all that the encoder is shown of it. Throws `NotThere` where there is none. */
export async function batchPicture(store: Store, row: ExperimentRow, index: number): Promise<Uint8Array> {
  const picture = samplePicture(await openScans(store, row), index);
  if (picture === undefined) throw missing('sample', index);
  return picture;
}

export function missing(what: string, index: number): NotThere {
  return new NotThere({
    subject: `${what} ${index}`,
    problem: 'there is none',
    fix: 'reload the page for those that there are',
  });
}
