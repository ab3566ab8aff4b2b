/**
 * Scans that must stay outside of a set, such as those of the patients of a final test: by patient, by file, and by content,
 * so that neither another name nor a copy lets one in. With one scan of a patient go all.
 */
import { statSync } from 'node:fs';
import { sep } from 'node:path';
import type { ScanIndex } from '../cache/scan-index.js';
import type { Pseudonym } from '../formats/format.js';
import type { ScanFile } from './scan-file.js';
import { walk } from './walk.js';

export interface Withheld {
  /** Names of patients, as a manifest or the files themselves give them. */
  readonly patients: ReadonlySet<string>;
  /** Absolute paths of files and folders; those that do not exist are of no effect. */
  readonly paths: readonly string[];
}

export interface Divided {
  readonly kept: readonly ScanFile[];
  readonly withheld: readonly ScanFile[];
}

/** Divides scans into those that may be used and those that are withheld. */
export async function withhold(
  files: readonly ScanFile[],
  { patients, paths }: Withheld,
  index: Pick<ScanIndex, 'content'>,
  pseudonym: Pseudonym,
): Promise<Divided> {
  const names = new Set([...patients].flatMap((name) => [name, pseudonym(name)]));
  const contents = new Set<string>();
  for (const path of paths.flatMap(filesAt)) contents.add(await index.content(path));
  const isNamed = async ({ patient, paths: own }: ScanFile): Promise<boolean> => {
    if (names.has(patient) || own.some((path) => paths.some((other) => isWithin(path, other)))) return true;
    if (contents.size === 0) return false;
    for (const path of own) if (contents.has(await contentOr(path, index))) return true;
    return false;
  };
  const found = new Set<string>();
  for (const file of files) if (await isNamed(file)) found.add(file.patient);
  return {
    kept: files.filter(({ patient }) => !found.has(patient)),
    withheld: files.filter(({ patient }) => found.has(patient)),
  };
}

/** The file itself, or all files of a folder; none where there is nothing. */
function filesAt(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return walk(path).files.map((file) => file.path);
  return found?.isFile() === true ? [path] : [];
}

const isWithin = (path: string, other: string): boolean => path === other || path.startsWith(other + sep);

/** Files that can not be opened are reported when they are read as scans. */
async function contentOr(path: string, index: Pick<ScanIndex, 'content'>): Promise<string> {
  try {
    return await index.content(path);
  } catch {
    return '';
  }
}
