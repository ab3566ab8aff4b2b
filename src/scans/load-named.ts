/**
 * Scans by the names that a manifest gives them, for models of outcomes: each name has its volumes, one or several, and no side
 * of a split, which the rows of the manifest say.
 */
import { printable } from '../core/errors.js';
import { openFound, readFolder, type LoadOptions, type ScanReport } from './load.js';
import type { ScanOptions } from './options.js';
import type { ScanSet } from './sampling/scan-set.js';

export interface NamedScans {
  readonly set: ScanSet;
  /** Volumes of each name, as indices into the set; none where its scan cannot be used. */
  readonly volumesOf: (name: string) => readonly number[];
  readonly report: ScanReport;
}

/** Reads what `options.manifest` names, the test's scans as well. */
export async function loadNamedScans(
  folder: string,
  options: ScanOptions,
  load: Omit<LoadOptions, 'seed'>,
): Promise<NamedScans> {
  const found = await readFolder(folder, { ...options, withTest: true }, load);
  const patients = [...new Set(found.usable.map(({ file }) => file.patient))];
  const placed = found.usable.map((entry) => ({
    entry,
    split: 'train' as const,
    patient: patients.indexOf(entry.file.patient),
  }));
  const { set, report } = await openFound(found, options, placed, load.memory);
  let next = 0;
  const volumes = report.used.map(({ path, shapes }) => ({ path, indices: shapes.map(() => next++) }));
  return {
    set,
    report,
    volumesOf: (name) => {
      const own = printable(name).replace(/\/+$/, '');
      // A row may name a folder, whose scans are then all its own.
      return volumes
        .filter(({ path }) => path === own || path.startsWith(`${own}/`))
        .flatMap(({ indices }) => indices);
    },
  };
}
