/**
 * Options of `check:gpu`, complete and checked.
 */
import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../../src/core/errors.js';
import { parts } from './parts.js';

export interface Options {
  readonly device: 'cuda' | 'cpu';
  /** Seconds that all parts may take together. */
  readonly budget: number;
  /** Names of parts; all by default. */
  readonly only: readonly string[] | undefined;
  readonly json: string | undefined;
}

const USAGE = 'use [--device cuda|cpu] [--budget SECONDS] [--only PART,PART…] [--json FILE]';

/** Below, a process of Python does not even start in each part. */
const LEAST_BUDGET = 30;

export function optionsOf(words: readonly string[]): Options {
  const { device, budget, only, json } = parsed(words);
  if (device !== 'cuda' && device !== 'cpu')
    throw complaint('device', `must be cuda or cpu, got "${device}"`);
  const seconds = Number(budget);
  if (budget.trim() === '' || !(seconds >= LEAST_BUDGET && Number.isFinite(seconds)))
    throw complaint('budget', `must be a number of seconds, ${LEAST_BUDGET} or more, got "${budget}"`);
  const names = only?.split(',');
  const unknown = names?.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined)
    throw complaint(
      'only',
      `must name parts (${parts.map(({ name }) => name).join(', ')}), got "${unknown}"`,
    );
  return { device, budget: seconds, only: names, json };
}

function parsed(words: readonly string[]) {
  const options = {
    device: { type: 'string', default: 'cuda' },
    budget: { type: 'string', default: '480' },
    only: { type: 'string' },
    json: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (cause) {
    const problem = `cannot be understood (${messageOf(cause)})`;
    throw new UserError({ subject: 'command line', problem, fix: USAGE }, { cause });
  }
}

const complaint = (option: string, problem: string): UserError =>
  new UserError({ subject: `--${option}`, problem, fix: USAGE });
