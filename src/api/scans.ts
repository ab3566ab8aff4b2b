/**
 * Description of a folder of scans: each scan as it lies there, and as it will be after preprocessing.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import { describeScans, type ScanDescription } from '../scans/describe.js';
import { landmarksOf, meanLandmarks, USUAL_PERCENTILES } from '../scans/preprocess/landmarks.js';
import { exportNpy } from '../scans/npy.js';
import { ScanOptions } from '../scans/options.js';
import type { PreparedVolume } from '../scans/preprocess/volumes.js';
import { contactSheet, tilesOf, type Tile } from '../scans/preview.js';
import { readAsked, type AskedExperiment } from './asked-experiment.js';
import type { SourceEvent } from './events.js';

export { kindOf as kindOfLeftOut } from '../scans/folder/left-out.js';
export type { LeftOut } from '../scans/folder/left-out.js';
export type { ScanDescription } from '../scans/describe.js';

/** More scans than this do not fit a sheet that one looks at. */
const MOST_ON_SHEET = 300;

export interface ScansOptions {
  /** Folder of scans. */
  readonly folder: string;
  /** Experiment whose preprocessing applies; absent: the defaults. */
  readonly experiment?: AskedExperiment | undefined;
  /** Table (CSV, TSV) that says which scan is whose. */
  readonly manifest?: string | undefined;
  /** Axes of NumPy arrays in order: t, z, y, x, c, such as `zyxc` or `tyx`. */
  readonly layout?: string | undefined;
  /** PNG file to write: middle slices or frames of each scan, preprocessed. */
  readonly preview?: string | undefined;
  /** Folder to write preprocessed scans to, as NumPy arrays `[C, D, H, W]` of float32. */
  readonly npyFolder?: string | undefined;
  /** Computes the mean landmarks of tissue, for histogram matching. */
  readonly landmarks?: boolean | undefined;
  readonly onEvent?: ((event: SourceEvent) => void) | undefined;
}

export interface ScansOutcome {
  readonly description: ScanDescription;
  /** Scans on the preview sheet. */
  readonly onSheet: number;
  /** Files written for each scan. */
  readonly exported: readonly { readonly path: string; readonly files: readonly string[] }[];
  /** Mean landmarks; null where they were not asked for. */
  readonly landmarks: ReturnType<typeof meanLandmarks> | null;
}

export async function scans(asked: ScansOptions): Promise<ScansOutcome> {
  const sheet: Tile[][] = [];
  const exported: { path: string; files: string[] }[] = [];
  const landmarks: number[][] = [];
  let written = 0;
  const onPrepared = async (volumes: readonly PreparedVolume[], path: string): Promise<void> => {
    const [first] = volumes;
    if (asked.preview !== undefined && first !== undefined && sheet.length < MOST_ON_SHEET)
      sheet.push(tilesOf(first));
    if (asked.landmarks === true)
      landmarks.push(...volumes.map(({ voxels, foreground }) => landmarksOf(voxels, foreground)));
    if (asked.npyFolder === undefined) return;
    const files = await exportNpy(asked.npyFolder, volumes, written);
    written += files.length;
    exported.push({ path, files });
  };
  const description = await describeScans(asked.folder, await optionsOf(asked), {
    onProgress: (done, total, name) => asked.onEvent?.({ kind: 'reading scans', done, total, name }),
    onPrepared,
  });
  if (asked.preview !== undefined) await writeFile(asked.preview, contactSheet(sheet));
  return {
    description,
    onSheet: sheet.length,
    exported,
    landmarks: asked.landmarks === true ? meanLandmarks(landmarks, USUAL_PERCENTILES) : null,
  };
}

/** The experiment's options, with those of the caller in their place. */
async function optionsOf({ experiment, manifest, layout }: ScansOptions): Promise<ScanOptions> {
  const options = experiment === undefined ? ScanOptions.parse({}) : (await readAsked(experiment)).scans;
  const checked = ScanOptions.shape.layout.safeParse(layout);
  if (!checked.success) {
    throw new UserError({
      subject: `--layout ${layout}`,
      problem: checked.error.issues[0]?.message ?? 'no layout',
      fix: 'write zyxc for an array of shape [z, y, x, colours]',
    });
  }
  return {
    ...options,
    ...(manifest === undefined ? {} : { manifest: resolve(manifest) }),
    ...(layout === undefined ? {} : { layout }),
  };
}
