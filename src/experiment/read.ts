/**
 * Reading experiment files. Paths inside a file are relative to it; everything downstream sees absolute paths.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../core/errors.js';
import { textOf } from '../core/read-text.js';
import { parseOrThrow } from '../core/validate.js';
import { withAbsoluteHead, withTaskContent } from './objective.js';
import { isPath } from './plugins/index.js';
import type { Objective } from './evaluation-options.js';
import { mapStrategyNames } from './references.js';
import { Experiment } from './schema.js';

export async function readExperiment(path: string): Promise<Experiment> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const problem = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : messageOf(cause);
    throw new UserError({ subject: path, problem, fix: 'name an experiment file (JSON)' }, { cause });
  }
  const text = textOf(bytes, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(
      { subject: path, problem: `is not JSON (${messageOf(cause)})`, fix: 'correct the file' },
      { cause },
    );
  }
  return withTaskContent(experimentFrom(value, path, dirname(resolve(path))));
}

/**
 * The experiment that a value describes, as an experiment file does, complete and with absolute paths. The file of a
 * downstream task is named, not read: see `withTaskContent`.
 *
 * @param subject the value's name in messages
 * @param base the folder that paths are relative to
 */
export function experimentFrom(value: unknown, subject: string, base: string): Experiment {
  return withAbsolutePaths(parseOrThrow(Experiment, value, subject), base);
}

function withAbsolutePaths(experiment: Experiment, base: string): Experiment {
  const absolute = (name: string): string => (isPath(name) ? resolve(base, name) : name);
  const { space, proxyTask, strategy, scans, probe, objective } = experiment;
  return {
    ...experiment,
    space: typeof space === 'string' ? absolute(space) : { ...space, name: absolute(space.name) },
    proxyTask:
      typeof proxyTask === 'string' ? absolute(proxyTask) : { ...proxyTask, name: absolute(proxyTask.name) },
    strategy: mapStrategyNames(strategy, absolute),
    scans: scans.manifest === undefined ? scans : { ...scans, manifest: resolve(base, scans.manifest) },
    ...(probe === undefined ? {} : { probe: { ...probe, manifest: resolve(base, probe.manifest) } }),
    ...(objective === undefined ? {} : { objective: absoluteObjective(objective, base) }),
  };
}

function absoluteObjective(objective: Objective, base: string): Objective {
  const { head, manifest } = objective;
  return {
    ...objective,
    head: typeof head === 'string' ? resolve(base, head) : withAbsoluteHead(head, base),
    ...(manifest === undefined ? {} : { manifest: resolve(base, manifest) }),
  };
}
