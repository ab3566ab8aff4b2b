/**
 * Comparison of strategies on one table over many seeds, by mean and standard deviation of their results.
 */
import { UserError } from '../../src/core/errors.js';
import { meanOf, sampleDeviation } from '../../src/core/statistics/descriptive.js';
import { front, hypervolume, type Point } from '../../src/search/pareto.js';
import type { StrategyChoice } from '../../src/search/strategies/index.js';
import type { BenchArguments } from './arguments.js';
import { objectivesOf, simulate, type Fidelity, type Run, type Setting } from './simulate.js';
import { tabularSpace } from './tabular-space.js';
import { readTable, requireColumn, type Table } from './table.js';

/** Mean and deviation over seeds. */
interface Spread {
  readonly mean: number;
  /** Sample standard deviation; 0 for a single seed. */
  readonly std: number;
}

export interface Comparison {
  readonly strategy: string;
  /** Criterion of comparison: `hypervolume` with several objectives, else the score's column. */
  readonly metric: string;
  readonly mean: number;
  readonly std: number;
  /** The reported column of the pick. */
  readonly report?: Spread & { readonly column: string };
  readonly evaluations: number;
  /** Cost in epochs, or in the unit of the cost's column. */
  readonly cost: number;
  /** The metric by seed. */
  readonly values: readonly number[];
}

const SCHEDULES = ['successive-halving', 'hyperband'];

export function compareStrategies(args: BenchArguments): readonly Comparison[] {
  const table = readTable(args.table);
  requireColumn(table, args.score, '--score');
  for (const column of args.minimize) requireColumn(table, column, '--minimize');
  if (args.cost !== undefined) requireColumn(table, args.cost, '--cost');
  if (args.report !== undefined) requireColumn(table, args.report, '--report');
  const space = tabularSpace(table);
  const judge = args.minimize.length === 0 ? null : hypervolumeShare(table, args);
  return args.strategies.map((name) => {
    const setting: Setting = {
      table,
      space,
      score: args.score,
      minimize: args.minimize,
      ...(args.cost === undefined ? {} : { costColumn: args.cost }),
      ...limitsOf(table, args, name),
    };
    const choice = choiceOf(name, args, setting.fidelities.length);
    const runs = Array.from({ length: args.seeds }, (_, seed) => simulate(choice, setting, seed));
    const values = runs.map((run) => (judge === null ? run.score : judge(run)));
    const { report } = args;
    return {
      strategy: name,
      metric: judge === null ? args.score : 'hypervolume',
      ...spreadOf(values),
      ...(report === undefined
        ? {}
        : { report: { column: report, ...spreadOf(runs.map((run) => table.value(run.best, report))) } }),
      evaluations: spreadOf(runs.map((run) => run.evaluations)).mean,
      cost: spreadOf(runs.map((run) => run.cost)).mean,
      values,
    };
  });
}

/** Budget of a run: for a schedule, the epochs of `evaluations` full trainings; else the number of evaluations. */
function limitsOf(
  table: Table,
  { score, cost, costBudget, evaluations }: BenchArguments,
  name: string,
): Pick<Setting, 'fidelities' | 'budget' | 'evaluations'> {
  const fidelities = fidelitiesOf(table, score);
  const full = fidelities.at(-1)?.cost ?? 1;
  if (!isSchedule(name))
    return { fidelities: fidelities.slice(-1), budget: costBudget ?? Infinity, evaluations };
  if (cost === undefined && fidelities.length > 1)
    return { fidelities, budget: evaluations * full, evaluations: Infinity };
  throw new UserError({
    subject: `--strategy ${name}`,
    problem:
      cost === undefined
        ? `needs columns of less training than ${score}, named alike but for the number of epochs at their end`
        : 'counts epochs itself and takes no --cost',
    fix: 'compare the schedules on a column such as c10_val200, beside which the table has c10_val12',
  });
}

/** Columns named like the score but with fewer epochs at their end, and the score itself: `c10_val12`, `c10_val200`. */
function fidelitiesOf(table: Table, score: string): readonly Fidelity[] {
  const [, stem, epochs] = /^(.*\D)(\d+)$/.exec(score) ?? [];
  if (stem === undefined) return [{ column: score, cost: 1 }];
  return table.columns
    .flatMap((column) => {
      const own = column.startsWith(stem) ? column.slice(stem.length) : '';
      return /^\d+$/.test(own) && Number(own) <= Number(epochs) ? [{ column, cost: Number(own) }] : [];
    })
    .sort((a, b) => a.cost - b.cost);
}

function isSchedule(name: string): boolean {
  return SCHEDULES.includes(name.split(':')[0] ?? '');
}

/** Parses a choice such as `evolution` or `hyperband:evolution`. */
function choiceOf(text: string, args: BenchArguments, rungs: number): StrategyChoice {
  if (!isSchedule(text)) return { name: text, options: ownOptions(text, args) };
  const [name = '', inner = 'random'] = text.split(':');
  const strategy = { name: inner, options: ownOptions(inner, args) };
  return { name, options: { strategy, rungs, reduction: args.reduction } };
}

function ownOptions(name: string, { population, sample }: BenchArguments): Record<string, number> {
  if (population === undefined) return name === 'evolution' && sample !== undefined ? { sample } : {};
  if (name === 'nsga2') return { population };
  if (name !== 'evolution') return {};
  return { population, sample: sample ?? Math.min(5, population) };
}

/** Fraction of the true front's hypervolume that a run's evaluations dominate. */
function hypervolumeShare(table: Table, args: BenchArguments): (run: Run) => number {
  const pointOf = (code: string): Point => objectivesOf({ ...args, table }, code);
  const known = (codes: readonly string[]): readonly Point[] =>
    codes.map(pointOf).filter((point) => point.every(Number.isFinite));
  const all = known(table.codes);
  const reference = referenceOf(all, args);
  const whole = hypervolume(
    front(all, (point) => point),
    reference,
  );
  return ({ codes }) => hypervolume(known(codes), reference) / whole;
}

/**
 * Reference point in terms of the maximised objectives. The option lists the minimised columns, then the score's error:
 * its difference to 1 or 100 for a fraction or a percentage. Without the option: the worst value of each objective.
 */
function referenceOf(points: readonly Point[], { reference, minimize }: BenchArguments): Point {
  if (reference === undefined)
    return [0, ...minimize.keys()].map((_, k) =>
      points.reduce((least, p) => Math.min(least, p[k] ?? least), Infinity),
    );
  const scores = points.map(([score = NaN]) => score);
  const [least, most] = [scores, scores].map((values, i) =>
    values.reduce((a, b) => (i === 0 ? Math.min(a, b) : Math.max(a, b))),
  ) as [number, number];
  const error = reference.at(-1) ?? 0;
  const ceiling = least >= 0 && most <= 1 ? 1 : 100;
  const isShare = least >= 0 && most <= 100;
  return [isShare ? ceiling - error : error, ...reference.slice(0, -1).map((value) => -value)];
}

function spreadOf(values: readonly number[]): Spread {
  return { mean: meanOf(values), std: sampleDeviation(values) };
}
