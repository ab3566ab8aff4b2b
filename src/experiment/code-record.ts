/**
 * The record of a user's own code in a search's database, and the check that the code now is still that.
 */
import { basename, dirname, resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import { plainJson, type Json } from '../core/json.js';
import { isPath, ownCode, type PluginCode } from './plugins/index.js';
import { spaceNameOf, taskNameOf } from './references.js';
import type { Experiment } from './schema.js';

export interface CodeRecord {
  /** SHA-256 of the file that is named; empty for what comes with voxolve. */
  readonly space: string;
  readonly proxyTask: string;
  /** All that each of the user's files loads, by its path. Absent without such files, and in records of voxolve 0.2. */
  readonly loaded?: Readonly<Record<string, PluginCode>>;
}

/** What a space's networks are made from: its name, the user's own code of it, and the options that are chosen. */
export function spaceRecord(name: string, code: CodeRecord, { space }: Pick<Experiment, 'space'>): Json {
  const made = [name, code.loaded?.[spaceNameOf(space)] ?? code.space];
  return plainJson(typeof space === 'string' ? made : [...made, space.options]);
}

type Named = Pick<Experiment, 'space' | 'proxyTask' | 'strategy' | 'objective'>;

export async function codeRecord(experiment: Named): Promise<CodeRecord> {
  const loaded = await ownCode(experiment);
  const hashOf = (name: string): string => (isPath(name) ? (loaded[name]?.files[basename(name)] ?? '') : '');
  return {
    space: hashOf(spaceNameOf(experiment.space)),
    proxyTask: hashOf(taskNameOf(experiment.proxyTask)),
    ...(Object.keys(loaded).length === 0 ? {} : { loaded }),
  };
}

/**
 * Throws a `UserError` that names the first file or package that differs. Where only the named files were recorded, those
 * are compared.
 *
 * @param since what has begun with the code before, such as `the search`
 */
export function requireSameCode(before: CodeRecord, now: CodeRecord, experiment: Named, since: string): void {
  const { space, proxyTask } = experiment;
  if (before.space !== now.space) throw changed(spaceNameOf(space), since);
  if (before.proxyTask !== now.proxyTask) throw changed(taskNameOf(proxyTask), since);
  for (const [path, code] of Object.entries(before.loaded ?? {})) {
    const current = now.loaded?.[path];
    if (current === undefined) throw changed(path, since);
    requireSame(path, code, current, since);
  }
}

function requireSame(path: string, before: PluginCode, now: PluginCode, since: string): void {
  for (const [file, was, is] of differences(before.files, now.files)) {
    const how =
      was === undefined
        ? `this file is loaded now and was not when ${since} began`
        : is === undefined
          ? `this file is loaded no more and was when ${since} began`
          : undefined;
    throw changed(resolve(dirname(path), file), since, how);
  }
  for (const [name, was = 'absent', is = 'absent'] of differences(before.packages, now.packages)) {
    throw new UserError({
      subject: path,
      problem: `loads the package ${name}, which was ${was} when ${since} began and is ${is}, so ${since} would not be the same`,
      fix: `install ${was === 'absent' ? 'what was installed then' : `${name}@${was}`}, or start anew`,
    });
  }
}

type Difference = readonly [name: string, before: string | undefined, now: string | undefined];

function differences(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .map((name): Difference => [name, before[name], now[name]])
    .filter(([, was, is]) => was !== is);
}

function changed(
  subject: string,
  since: string,
  how = `this file was changed since ${since} began`,
): UserError {
  return new UserError({
    subject,
    problem: `${how}, so ${since} would not be the same`,
    fix: `restore it, or start ${since === 'the search' ? 'a new search with another --db' : 'anew'}`,
  });
}
