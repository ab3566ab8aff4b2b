/**
 * Arguments of `npm run bench:strategies`, complete and validated.
 */
import { UserError } from '../../src/core/errors.js';

export interface BenchArguments {
  readonly table: string;
  readonly score: string;
  readonly minimize: readonly string[];
  readonly cost?: string;
  readonly costBudget?: number;
  readonly report?: string;
  /** Strategies as `NAME`, or as `SCHEDULE:NAME` for a schedule over another strategy than random. */
  readonly strategies: readonly string[];
  readonly population?: number;
  readonly sample?: number;
  readonly reduction: number;
  readonly evaluations: number;
  readonly seeds: number;
  readonly reference?: readonly number[];
  readonly json?: string;
}

const USAGE =
  'use --table FILE.csv[.gz] --score COLUMN [--minimize COLUMN…] [--cost COLUMN --cost-budget N] [--report COLUMN] ' +
  '--strategy NAME[,NAME…] [--population P --sample S] [--reduction R] --evaluations N --seeds K ' +
  '[--reference A,B] [--json FILE]';

const KNOWN = [
  'table',
  'score',
  'minimize',
  'cost',
  'cost-budget',
  'report',
  'strategy',
  'population',
  'sample',
  'reduction',
  'evaluations',
  'seeds',
  'reference',
  'json',
] as const;
type Option = (typeof KNOWN)[number];

export function parseArguments(words: readonly string[]): BenchArguments {
  const given = collect(words);
  const list = (option: Option): readonly string[] => given.get(option) ?? [];
  const one = (option: Option): string | undefined => {
    const values = list(option);
    if (values.length > 1) throw complaint(option, `takes one value, got ${values.join(', ')}`);
    return values[0];
  };
  const required = (option: Option): string => {
    const value = one(option);
    if (value === undefined) throw complaint(option, 'is missing');
    return value;
  };
  const number = (option: Option, least: number): number | undefined => {
    const text = one(option);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text !== '' && Number.isFinite(value) && value >= least) return value;
    throw complaint(option, `must be a number of at least ${least}, got "${text}"`);
  };
  const count = (option: Option): number | undefined => {
    const value = number(option, 1);
    if (value === undefined || Number.isInteger(value)) return value;
    throw complaint(option, `must be a whole number, got ${value}`);
  };
  const costBudget = number('cost-budget', 0);
  if ((one('cost') === undefined) !== (costBudget === undefined))
    throw complaint('cost', 'and --cost-budget need each other');
  const evaluations = count('evaluations') ?? (costBudget === undefined ? undefined : Infinity);
  if (evaluations === undefined) throw complaint('evaluations', 'is missing');
  const minimize = list('minimize');
  const reference = list('reference').map(Number);
  if (reference.some((value) => !Number.isFinite(value)))
    throw complaint('reference', `must be numbers, got ${list('reference').join(', ')}`);
  if (reference.length > 0 && reference.length !== minimize.length + 1) {
    throw complaint(
      'reference',
      `needs a value for each column of --minimize and one for the score's error, ${minimize.length + 1} in all; got ${reference.length}`,
    );
  }
  const strategies = list('strategy');
  if (strategies.length === 0) throw complaint('strategy', 'is missing');
  return defined({
    table: required('table'),
    score: required('score'),
    minimize,
    cost: one('cost'),
    costBudget,
    report: one('report'),
    strategies,
    population: count('population'),
    sample: count('sample'),
    reduction: number('reduction', 2) ?? 3,
    evaluations,
    seeds: count('seeds') ?? 1,
    reference: reference.length === 0 ? undefined : reference,
    json: one('json'),
  });
}

/** Collects values by option; several are separated by commas or spaces, or given by repeating the option. */
function collect(words: readonly string[]): ReadonlyMap<Option, readonly string[]> {
  const given = new Map<Option, string[]>();
  let values: string[] | undefined;
  for (const word of words) {
    if (!word.startsWith('--')) {
      if (values === undefined) throw complaint(undefined, `cannot be understood at "${word}"`);
      values.push(...word.split(',').filter((part) => part !== ''));
      continue;
    }
    const [name = '', ...rest] = word.slice(2).split('=');
    const option = KNOWN.find((known) => known === name);
    if (option === undefined) throw complaint(undefined, `has no option --${name}`);
    values = given.get(option) ?? [];
    given.set(option, values);
    if (rest.length > 0) values.push(...rest.join('=').split(','));
  }
  return given;
}

function complaint(option: Option | undefined, problem: string): UserError {
  return new UserError({
    subject: option === undefined ? 'bench:strategies' : `--${option}`,
    problem,
    fix: USAGE,
  });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Returns the object without keys whose value is undefined. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as unknown as Defined<T>;
}
