/**
 * Search on a table: every evaluation is a look-up, and its result is reported before the next candidate is requested.
 */
import { rngOf } from '../../src/core/random.js';
import { createStrategy, type StrategyChoice } from '../../src/search/strategies/index.js';
import { asSequential, type GenomeSpace } from '../../src/search/strategy.js';
import { codeOf } from './tabular-space.js';
import type { Table } from './table.js';

/** A fidelity: the column of its scores, and the cost of an evaluation. */
export interface Fidelity {
  readonly column: string;
  readonly cost: number;
}

export interface Setting {
  readonly table: Table;
  readonly space: GenomeSpace;
  /** Column to maximise. */
  readonly score: string;
  /** Further columns, to minimise. */
  readonly minimize: readonly string[];
  /** Fidelities, lowest first; the last is the score itself. Strategies with rungs use all, others only the last. */
  readonly fidelities: readonly Fidelity[];
  /** Column with the cost of an evaluation, in place of the fidelity's cost. */
  readonly costColumn?: string;
  /** Total cost at which the search ends; an evaluation that would exceed it does not count. */
  readonly budget: number;
  readonly evaluations: number;
}

export interface Run {
  /** Code with the highest score at the highest fidelity reached; the first one in case of ties. */
  readonly best: string;
  readonly score: number;
  readonly evaluations: number;
  readonly cost: number;
  /** Codes evaluated in full. */
  readonly codes: readonly string[];
}

export function simulate(choice: StrategyChoice, setting: Setting, seed: number): Run {
  const { table, fidelities, costColumn } = setting;
  const strategy = asSequential(createStrategy(choice, setting.space));
  const top = fidelities.length - 1;
  const staged = strategy.rungs !== undefined;
  const full: string[] = [];
  let incumbent = { code: '', score: -Infinity, rung: -1 };
  let cost = 0;
  let number = 0;
  for (; number < setting.evaluations; number++) {
    const { genome, rung = 0 } = strategy.ask(number, rngOf(seed, number, 'ask'));
    const code = codeOf(genome);
    const level = staged ? rung : top;
    const { column, cost: own } = fidelities[level] ?? { column: setting.score, cost: 1 };
    const price = costColumn === undefined ? own : table.value(code, costColumn);
    if (cost + price > setting.budget) break;
    cost += price;
    const value = table.value(code, column);
    const score = Number.isFinite(value) ? value : null;
    if (score !== null && (level > incumbent.rung || (level === incumbent.rung && score > incumbent.score)))
      incumbent = { code, score, rung: level };
    if (level === top) full.push(code);
    const objectives = objectivesOf(setting, code);
    strategy.tell({
      number,
      genome,
      status: score === null ? 'failed' : 'done',
      score,
      ...(setting.minimize.length === 0 || score === null ? {} : { objectives }),
    });
  }
  return { best: incumbent.code, score: incumbent.score, evaluations: number, cost, codes: full };
}

/** Objectives, all to maximise: the score, then the minimised columns, negated. */
export function objectivesOf(
  { table, score, minimize }: Pick<Setting, 'table' | 'score' | 'minimize'>,
  code: string,
): readonly number[] {
  return [table.value(code, score), ...minimize.map((column) => -table.value(code, column))];
}
