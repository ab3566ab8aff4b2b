/**
 * The scans of a search as its networks see them, opened for a page: prepared in the cache, read a volume at a time.
 *
 * The last set opened is kept, since a page asks for one picture after another; a folder that is gone is found each time.
 */
import { existsSync } from 'node:fs';
import { resolvedFrom } from '../../../api/open-experiment.js';
import { requireCodeOf, requireSameScans } from '../../../api/resume-guards.js';
import { phantomFolder, phantoms } from '../../../api/scan-source.js';
import { withheldBy } from '../../../api/searching/objective/cohort-manifest.js';
import { UserError } from '../../../core/errors.js';
import type { ConstrainedExperiment } from '../../../experiment/resolve.js';
import { loadScanSet, type ScanReport } from '../../../scans/load.js';
import type { ScanSet } from '../../../scans/sampling/scan-set.js';
import type { ExperimentRow, Store } from '../../../store/index.js';

export interface OpenScans {
  readonly resolved: ConstrainedExperiment;
  readonly set: ScanSet;
  readonly report: ScanReport;
}

/** Bytes of voxels to hold; larger sets are read in chunks from the cache. */
const MEMORY = 64 * 2 ** 20;

let last: { readonly key: string; readonly scans: Promise<OpenScans> } | undefined;

/** Throws `UserError` where the scans are gone, or are no longer those of the search. */
export async function openScans(store: Store, row: ExperimentRow): Promise<OpenScans> {
  const folder = row.scans === phantoms ? phantomFolder(store.path) : row.scans;
  if (!existsSync(folder)) {
    throw new UserError({
      subject: folder,
      problem: 'the scans of the search are not there',
      fix: 'put them back where the search read them',
    });
  }
  const key = JSON.stringify([store.path, row.name, row.createdAt, folder]);
  if (last?.key !== key) last = { key, scans: load(store, row, folder) };
  const { scans } = last;
  try {
    return await scans;
  } catch (error) {
    if (last?.scans === scans) last = undefined;
    throw error;
  }
}

async function load(store: Store, row: ExperimentRow, folder: string): Promise<OpenScans> {
  const resolved = await resolvedFrom(row, store.path);
  requireCodeOf(row, resolved);
  const { experiment, plan } = resolved;
  const { set, report } = await loadScanSet(folder, experiment.scans, {
    seed: row.seed,
    minimumSize: plan.crop,
    withheld: withheldBy(experiment, folder),
    memory: MEMORY,
  });
  requireSameScans(row, set.fingerprint, folder);
  return { resolved, set, report };
}
