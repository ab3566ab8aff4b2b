/**
 * Header of an NRRD file: its fields, and the files that hold its voxels.
 *
 * Source: https://teem.sourceforge.net/nrrd/format.html
 */
import { UserError } from '../../core/errors.js';
import { dataFileOf, isPattern, numberedFiles } from './data-files.js';
import type { RawLayout } from './raw-data.js';

/** Maximum length of a header. */
export const LONGEST_HEADER = 2 ** 20;

export interface Header {
  readonly fields: ReadonlyMap<string, string>;
  /** Offset of voxels that follow the header. */
  readonly end: number;
  /** Lines after `data file: LIST`. */
  readonly list: readonly string[];
}

export type Refuse = (problem: string, fix?: string) => never;

export function refusing(path: string): Refuse {
  return (problem, fix = 'convert it again') => {
    throw new UserError({ subject: path, problem, fix });
  };
}

/** Fields up to an empty line, or up to a list of files, which takes the rest. */
export function headerOf(path: string, bytes: Uint8Array): Header {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_HEADER));
  if (!/^NRRD000[1-5]\r?\n/.test(text))
    throw new UserError({
      subject: path,
      problem: 'not an NRRD file: it does not begin with NRRD0001 to NRRD0005',
      fix: 'rename, convert or remove it',
    });
  const empty = /\r?\n\r?\n/.exec(text);
  const end = empty === null ? text.length : empty.index + empty[0].length;
  const fields = new Map<string, string>();
  const lines = text.slice(0, end).split(/\r?\n/);
  for (const [at, line] of lines.entries()) {
    const colon = line.indexOf(':');
    // `key:=value` lines are remarks of the writer.
    if (at === 0 || line.startsWith('#') || colon === -1 || isRemark(line)) continue;
    const [key, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    fields.set(NAMES.get(key) ?? key, value);
    if (NAMES.get(key) === 'data file' && isListed(value))
      return { fields, end, list: lines.slice(at + 1).filter((name) => name.trim() !== '') };
  }
  return { fields, end, list: [] };
}

/** True for a remark `key:=value`; a field's value follows a colon and a space. */
function isRemark(line: string): boolean {
  const [remark, field] = [line.indexOf(':='), line.indexOf(': ')];
  return remark !== -1 && (field === -1 || remark < field);
}

/** Fields that have two names. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['datafile', 'data file'],
  ['data file', 'data file'],
  ['lineskip', 'line skip'],
  ['byteskip', 'byte skip'],
]);

function isListed(file: string): boolean {
  return /^LIST\b/.test(file);
}

export function sizesOf({ fields }: Header, refuse: Refuse): number[] {
  const text = fields.get('sizes') ?? refuse('its header has no field sizes');
  const dimension = fields.get('dimension') ?? refuse('its header has no field dimension');
  const sizes = text.split(/\s+/).map(Number);
  if (sizes.length !== Number(dimension) || !sizes.every((size) => Number.isInteger(size) && size > 0))
    refuse(`its header declares ${dimension} axes of sizes ${text}`);
  return sizes;
}

export function skipsOf(
  { fields }: Header,
  refuse: Refuse,
): Required<Pick<RawLayout, 'skipLines' | 'skipBytes'>> {
  const [skipLines, skipBytes] = ['line skip', 'byte skip'].map((key) => Number(fields.get(key) ?? 0)) as [
    number,
    number,
  ];
  const isRaw = fields.get('encoding')?.toLowerCase() === 'raw';
  const sound = [skipLines, skipBytes].every(Number.isInteger) && skipLines >= 0;
  if (!sound || skipBytes < (isRaw ? -1 : 0))
    refuse(
      `its header skips ${fields.get('line skip') ?? 0} lines and ${fields.get('byte skip') ?? 0} bytes`,
      'correct it: whole numbers, or byte skip -1 of raw voxels that are the last bytes',
    );
  return { skipLines, skipBytes };
}

/** Files that hold the voxels, in order; empty if the voxels follow the header. */
export function dataFilesOf(
  path: string,
  { fields, list }: Header,
  sizes: readonly number[],
  refuse: Refuse,
): string[] {
  const file = fields.get('data file');
  if (file === undefined) return [];
  if (isListed(file)) {
    checkCount(list.length, Number(/^LIST\s+(\d+)/.exec(file)?.[1] ?? sizes.length - 1), sizes, refuse);
    return list.map((name) => dataFileOf(path, name.trim()));
  }
  if (!isPattern(file)) return [dataFileOf(path, file)];
  const [pattern = '', ...given] = file.split(/\s+/);
  const [first = NaN, last = NaN, step = NaN, axes = sizes.length - 1] = given.map(Number);
  checkCount(Math.floor((last - first) / step) + 1, axes, sizes, refuse);
  return numberedFiles(path, pattern, { first, last, step });
}

/** @param axes number of axes of each file; the remaining axes count files */
function checkCount(found: number, axes: number, sizes: readonly number[], refuse: Refuse): void {
  const count = sizes.slice(axes).reduce((product, size) => product * size, 1);
  if (found !== count)
    refuse(
      `its header names ${Number.isNaN(found) ? 'no' : found} data files, ${count} are needed`,
      'correct its data file field',
    );
}
