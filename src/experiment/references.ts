/**
 * Names and paths in an experiment: of its strategy (and those within it) and its proxy task.
 */
import type { Json } from '../core/json.js';
import { isPath } from './plugins/load.js';
import type { Experiment } from './schema.js';

type Reference = Experiment['strategy'];

export function taskNameOf(proxyTask: Experiment['proxyTask']): string {
  return typeof proxyTask === 'string' ? proxyTask : proxyTask.name;
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
  if (!isRecord(choice)) return choice;
  const { name, options } = choice;
  const inner = isRecord(options) && options['strategy'] !== undefined ? options : undefined;
  return {
    ...choice,
    ...(typeof name === 'string' ? { name: rename(name) } : {}),
    ...(inner === undefined
      ? {}
      : { options: { ...inner, strategy: mapped(inner['strategy'] ?? null, rename) } }),
  };
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
