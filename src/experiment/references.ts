/**
 * Names and paths in an experiment: of its space, its strategy (and those within it), its proxy task and its objective's head.
 */
import { present } from '../core/errors.js';
import { isJsonRecord, type Json, type JsonRecord } from '../core/json.js';
import type { Objective } from './evaluation-options.js';
import { isPath } from './plugins/load.js';
import type { Experiment } from './schema.js';

type Reference = Experiment['strategy'];

export function spaceNameOf(space: Experiment['space']): string {
  return typeof space === 'string' ? space : space.name;
}

export function taskNameOf(proxyTask: Experiment['proxyTask']): string {
  return typeof proxyTask === 'string' ? proxyTask : proxyTask.name;
}

/** The task that an experiment's objective names, as its file has it. */
export function taskContentOf({ head, task }: Objective): JsonRecord {
  return present(typeof head === 'string' ? task : head, 'the content of the task file');
}

/** The path of a head of the user's own; undefined where the objective names none. */
export function headFileOf(objective: Objective | undefined): string | undefined {
  if (objective === undefined) return undefined;
  const { head } = taskContentOf(objective);
  const name = head !== undefined && isJsonRecord(head) ? head['name'] : head;
  return typeof name === 'string' && isPath(name) ? name : undefined;
}

/** The paths of strategies of the user's own: the chosen one, and those that it is composed of. */
export function strategyFilesOf(strategy: Reference): readonly string[] {
  const names: string[] = [];
  mapStrategyNames(strategy, (name) => {
    names.push(name);
    return name;
  });
  return [...new Set(names.filter(isPath))];
}

/** The same choice with other names, also within `options.strategy`, where strategies name one that they compose with. */
export function mapStrategyNames(strategy: Reference, rename: (name: string) => string): Reference {
  return mapped(strategy, rename) as Reference;
}

function mapped(choice: Json, rename: (name: string) => string): Json {
  if (typeof choice === 'string') return rename(choice);
  if (!isJsonRecord(choice)) return choice;
  const { name, options } = choice;
  const inner =
    options !== undefined && isJsonRecord(options) && options['strategy'] !== undefined ? options : undefined;
  return {
    ...choice,
    ...(typeof name === 'string' ? { name: rename(name) } : {}),
    ...(inner === undefined
      ? {}
      : { options: { ...inner, strategy: mapped(inner['strategy'] ?? null, rename) } }),
  };
}
