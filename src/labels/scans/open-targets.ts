/**
 * The scans of a folder as targets, found as every other command finds them.
 */
import { existsSync } from 'node:fs';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { UserError, messageOf } from '../../core/errors.js';
import { defaultCacheDirectory } from '../../scans/cache/cache.js';
import type { ScanFile } from '../../scans/folder/scan-file.js';
import { openScanFolder } from '../../scans/folder/scan-folder.js';
import { readTable } from '../../scans/folder/table.js';
import { ScanOptions } from '../../scans/options.js';
import { niftiGrid } from '../../scans/formats/nifti.js';
import { readRaw } from '../../scans/read.js';
import { dicomSlices } from './dicom-target.js';
import type { Grid, Target } from './target.js';

export interface ScanSource {
  /** Folder of scans. */
  readonly folder: string;
  /** Table that says which scan is whose; its other columns are kept. Absent: none. */
  readonly manifest?: string | undefined;
  /** File that will name the scans: paths are relative to its folder. */
  readonly output: string;
  readonly cacheDirectory?: string | undefined;
  readonly onProgress?: ((done: number, total: number, name: string) => void) | undefined;
}

export interface OpenedTargets {
  readonly targets: readonly Target[];
  /** Scans that cannot be used, with the reason. */
  readonly unusable: readonly { readonly path: string; readonly reason: string }[];
}

export async function openTargets(source: ScanSource): Promise<OpenedTargets> {
  const { folder, manifest, cacheDirectory = defaultCacheDirectory(), onProgress } = source;
  const options = {
    ...ScanOptions.parse({}),
    withTest: true,
    ...(manifest === undefined ? {} : { manifest }),
  };
  const { files } = await openScanFolder(folder, options, cacheDirectory, onProgress);
  const rows = manifest === undefined ? new Map<string, Row>() : rowsOf(resolve(folder, manifest), manifest);
  const targets: Target[] = [];
  const unusable: { path: string; reason: string }[] = [];
  for (const [at, file] of files.entries()) {
    onProgress?.(at, files.length, file.name);
    try {
      targets.push(await targetOf({ file, files, number: targets.length, rows, source }));
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      unusable.push({ path: file.name, reason: messageOf(thrown.details.problem) });
    }
  }
  onProgress?.(files.length, files.length, '');
  return { targets, unusable };
}

type Row = Readonly<Record<string, string>>;

interface Found {
  readonly file: ScanFile;
  readonly files: readonly ScanFile[];
  readonly number: number;
  readonly rows: ReadonlyMap<string, Row>;
  readonly source: ScanSource;
}

async function targetOf({ file, files, number, rows, source }: Found): Promise<Target> {
  const absolute = pathOf(file, files);
  const { folder, output } = source;
  const format = file.format;
  if (format === undefined) throw refused(file, 'of no known format', 'see voxolve scans');
  const dicom = format.name === 'dicom' ? await dicomSlices(file) : null;
  const own = file.paths.map((path) => plain(relative(folder, path)));
  let grid: Grid | undefined = dicom?.grid;
  return {
    number,
    path: plain(relative(dirname(resolve(output)), absolute)) || '.',
    absolute,
    names: [...own, ...(absolute === resolve(file.paths[0]) ? [] : [plain(relative(folder, absolute))])],
    paths: file.paths,
    patient: file.patient,
    modality: dicom?.modality ?? file.modality,
    more: rowFor(rows, file.name),
    uids: dicom?.uids ?? null,
    pictures: dicom?.pictures ?? new Map(),
    async grid() {
      if (grid !== undefined) return grid;
      // A thousand masks without names of their own are compared with the grid of each scan.
      const { size, frames, spacing, frameTime, affine } =
        format.name === 'nifti' ? await niftiGrid(file.paths[0]) : await readRaw(file, format, undefined);
      grid = { size, frames, spacing, frameTime, affine };
      return grid;
    },
  };
}

const plain = (path: string): string => path.split(sep).join(posix.sep);

/** Its file; for a scan of several files the folder that it fills, since a manifest names one file or one folder. */
function pathOf(file: ScanFile, files: readonly ScanFile[]): string {
  const [first, ...others] = file.paths.map((path) => resolve(path));
  const alone = files.filter(({ paths }) => paths.includes(file.paths[0])).length === 1;
  if (!alone)
    throw refused(
      file,
      'is one of several scans in one file or series, which a manifest cannot name',
      'split the series',
    );
  if (others.length === 0) return first as string;
  const home = commonFolder([first as string, ...others]);
  const stranger = files.find(
    (other) => other !== file && other.paths.some((path) => resolve(path).startsWith(home + sep)),
  );
  if (stranger === undefined) return home;
  throw refused(
    file,
    `its ${file.paths.length} files lie in one folder with those of other scans, where a manifest cannot name them`,
    'put each series into a folder of its own',
  );
}

function refused(file: ScanFile, problem: string, fix: string): UserError {
  return new UserError({ subject: file.name, problem, fix });
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  const end = first.findIndex((name, at) => others.some((other) => other[at] !== name));
  return (end === -1 ? first : first.slice(0, end)).join(sep);
}

/** Columns that labels have themselves. */
const OWN = new Set(['path', 'file', 'patient', 'label', 'labels', 'reader', 'source']);

function rowsOf(inFolder: string, manifest: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const row of readTable(existsSync(inFolder) ? inFolder : manifest)) {
    const more = Object.entries(row).filter(([column]) => !OWN.has(column));
    rows.set(row['path'] ?? row['file'] ?? '', Object.fromEntries(more) as Row);
  }
  return rows;
}

/** The row that names the scan itself, or the folder that it was found in. */
function rowFor(rows: ReadonlyMap<string, Row>, name: string): Row {
  const exact = rows.get(name);
  if (exact !== undefined) return exact;
  for (const [own, row] of rows) if (name.startsWith(`${own.replace(/\/+$/, '')}/`)) return row;
  return {};
}
