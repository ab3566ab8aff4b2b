/**
 * Search spaces, proxy tasks, strategies and downstream heads by name or by path.
 *
 * A user's own file is TypeScript or JavaScript and imports what it needs from `voxolve`; it is loaded in the
 * main thread and in workers alike.
 */
import { z } from 'zod';
import { proxyTasks } from '../../../proxy-tasks/index.js';
import { searchSpaces } from '../../../search-spaces/index.js';
import { UserError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Head } from '../../downstream/head.js';
import { heads } from '../../downstream/heads/index.js';
import type { StrategyMember } from '../../search/strategies/member.js';
import type { ProxyTask } from '../../tasks/task.js';
import type { Experiment } from '../schema.js';
import { headFileOf, spaceNameOf, strategyFilesOf, taskNameOf } from '../references.js';
import { ownHead } from './head.js';
import { isPath, loadPlugin } from './load.js';
import { ownSpace, type ArchitectureSpace } from './space.js';
import { ownStrategy } from './strategy.js';
import { ownTask } from './task.js';
import type { OwnFile } from './blame.js';
import type { PluginCode } from './code.js';

export { isPath } from './load.js';
export type { ArchitectureSpace, PluginCode };

/** The space that an experiment names, with its options. Throws `UserError` where it takes none, or others. */
export async function loadSpace(reference: Experiment['space']): Promise<ArchitectureSpace> {
  const space = await load(spaceNameOf(reference), 'search space', searchSpaces, ownSpace);
  const given = typeof reference === 'string' ? {} : reference.options;
  if (Object.keys(given).length === 0) return space;
  const options = parseOrThrow(space.options ?? NO_OPTIONS, given, `options of search space ${space.name}`);
  return space.withOptions?.(options) ?? space;
}

const NO_OPTIONS = z.strictObject({});

export function loadTask(name: string): Promise<ProxyTask> {
  return load(name, 'proxy task', proxyTasks, ownTask);
}

export function loadHead(name: string): Promise<Head> {
  return load(name, 'head', heads, ownHead);
}

/** The user's own strategies that an experiment names, by their paths. */
export async function loadStrategies(
  experiment: Pick<Experiment, 'strategy'>,
): Promise<Readonly<Record<string, StrategyMember>>> {
  const entries = strategyFilesOf(experiment.strategy).map(
    async (path): Promise<[string, StrategyMember]> => [path, await load(path, 'strategy', {}, ownStrategy)],
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function load<T>(
  name: string,
  what: string,
  registry: Readonly<Record<string, T>>,
  own: (file: OwnFile, exported: unknown) => T,
): Promise<T> {
  if (isPath(name)) {
    const plugin = await loadPlugin(name, what);
    return own(plugin.own, plugin.exported);
  }
  const known = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (known !== undefined) return known;
  const names = Object.keys(registry);
  throw new UserError({
    subject: `${what} "${name}"`,
    problem: `is none of ${names.join(', ')}`,
    fix:
      didYouMean(name, names) ?? 'use one of these, or the path of a file of your own such as "./my-file.ts"',
  });
}

/** Code of the user's own files of an experiment, by path. Empty where it names none. */
export async function ownCode(
  experiment: Pick<Experiment, 'space' | 'proxyTask' | 'strategy' | 'objective'>,
): Promise<Readonly<Record<string, PluginCode>>> {
  const head = headFileOf(experiment.objective);
  const named: readonly (readonly [string, string])[] = [
    [spaceNameOf(experiment.space), 'search space'],
    [taskNameOf(experiment.proxyTask), 'proxy task'],
    ...strategyFilesOf(experiment.strategy).map((path) => [path, 'strategy'] as const),
    ...(head === undefined ? [] : [[head, 'head'] as const]),
  ];
  const entries = named
    .filter(([name]) => isPath(name))
    .map(async ([path, what]): Promise<[string, PluginCode]> => [path, (await loadPlugin(path, what)).code]);
  return Object.fromEntries(await Promise.all(entries));
}
