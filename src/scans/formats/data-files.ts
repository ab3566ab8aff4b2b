/**
 * Data files that a text header names: one, a list, or a pattern with a number in it.
 *
 * Only names within the header's folder are followed, since a header may come from anybody.
 */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.js';

/** `%d`, `%03d` and the like, of C's printf. */
const PATTERN = /%(0?)(\d{0,2})[diu]/;

export function isPattern(text: string): boolean {
  return PATTERN.test(text);
}

/** Numbers to insert into a pattern: from `first` to `last`, inclusive. */
export interface Numbering {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Files that a pattern stands for. */
export function numberedFiles(path: string, pattern: string, { first, last, step }: Numbering): string[] {
  const count = Math.floor((last - first) / step) + 1;
  if (![first, last, step].every(Number.isInteger) || step === 0 || !(count >= 1)) {
    throw new UserError({
      subject: path,
      problem: `its data files are numbered from ${first} to ${last} in steps of ${step}`,
      fix: 'correct its header',
    });
  }
  const files = [];
  // Each file must exist, so that absurd numbers fail at the first missing one.
  for (let i = 0; i < count; i++) {
    const number = first + i * step;
    const name = pattern.replace(PATTERN, (_, zeros: string, width: string) =>
      String(number).padStart(Number(width), zeros === '0' ? '0' : ' '),
    );
    files.push(dataFileOf(path, name));
  }
  return files;
}

/** The data file that a header names. */
export function dataFileOf(path: string, name: string): string {
  const steps = name
    .replaceAll('\\', '/')
    .split('/')
    .filter((step) => step !== '' && step !== '.');
  const last = steps.at(-1) ?? '';
  const within = /^([/\\]|[a-z]:)/i.test(name) || steps.includes('..') ? [last] : steps;
  const found = [within, [last]]
    .map((way) => join(dirname(path), ...way))
    .find((candidate) => last !== '..' && isFile(candidate));
  if (found !== undefined) return found;
  throw new UserError({
    subject: path,
    problem: `its voxels are to be in ${last === '' ? 'a file without a name' : last}, which is not beside it`,
    fix: 'copy that file too',
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
