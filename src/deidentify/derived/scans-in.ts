/** The scans of a folder of de-identified files, as `voxolve scans` groups them, with names from new UIDs. */
import { relative, sep } from 'node:path';
import { UserError } from '../../core/errors.js';
import { discoverScans } from '../../scans/folder/discover.js';
import type { ScanFile } from '../../scans/folder/scan-file.js';

export interface NamedScan {
  readonly file: ScanFile;
  /** Names of its files below the folder. */
  readonly sources: readonly string[];
  /** STUDY/SERIES, with a number where a series holds several scans. */
  readonly name: string;
}

export async function scansIn(folder: string): Promise<NamedScan[]> {
  const files = await filesOf(folder);
  const found = files.map((file) => {
    const sources = file.paths.map((path) => relative(folder, path).split(sep).join('/'));
    return { file, sources, series: (sources[0] ?? '').split('/').slice(0, 2).join('/') };
  });
  const counts = new Map<string, number>();
  for (const { series } of found) counts.set(series, (counts.get(series) ?? 0) + 1);
  const numbers = new Map<string, number>();
  return found.map(({ file, sources, series }) => {
    const number = (numbers.get(series) ?? 0) + 1;
    numbers.set(series, number);
    return { file, sources, name: counts.get(series) === 1 ? series : `${series}-${number}` };
  });
}

async function filesOf(folder: string): Promise<readonly ScanFile[]> {
  try {
    // Without the index of the cache, so that nothing of these files stays behind.
    const facts = {
      facts: async (path: string, format: { facts?: FactsOf }) => format.facts?.(path, (id) => id),
    };
    return (await discoverScans(folder, { manifest: undefined, include: [] }, facts)).files;
  } catch (error) {
    // No scans at all.
    if (error instanceof UserError) return [];
    throw error;
  }
}

type FactsOf = NonNullable<NonNullable<ScanFile['format']>['facts']>;
