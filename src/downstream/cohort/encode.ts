/**
 * Covariates as numbers: what training rows say of their categories and gaps becomes a plan, which is plain data and makes
 * columns of any rows.
 *
 * Numbers stay on their own scale. A category becomes an indicator for each value but the most frequent one, the reference.
 * Where training rows lack a value, an indicator says so, and the value is taken for their mean or the reference (Groenwold
 * et al., CMAJ 2012, discuss when this is sound). Categories that training rows do not have count as missing.
 */
import { UserError } from '../../core/errors.js';
import { tensor, type Tensor } from '../../core/tensor.js';
import { independent } from './independent.js';
import type { Cohort, Covariate } from './cohort.js';

/** A covariate with what training rows say of it. */
export type CovariateSource =
  | { readonly column: string; readonly kind: 'number'; readonly mean: number }
  | {
      readonly column: string;
      readonly kind: 'category';
      /** The most frequent one first: it has no column. */
      readonly categories: readonly string[];
    };

export interface EncodedColumn {
  /** `x_age`, `x_cell=adeno`, `x_bmi missing`. */
  readonly name: string;
  /** Index of its source. */
  readonly source: number;
  readonly is: 'number' | 'missing' | { readonly category: string };
  /** Least and largest value of the training rows, as which all beyond them count; absent: none are bounded. */
  readonly range?: readonly [number, number];
}

/** Plain data. */
export interface CovariatePlan {
  readonly sources: readonly CovariateSource[];
  readonly columns: readonly EncodedColumn[];
  /** Columns that training rows say nothing of: their rows count as those of the reference. */
  readonly dropped: readonly { readonly name: string; readonly because: Dropped }[];
}

/** `no event`: an indicator of rows of which none had the event, or all that had it; its hazard ratio would be infinite. */
export const DROPPED = ['constant', 'no event', 'follows from others'] as const;
export type Dropped = (typeof DROPPED)[number];

/**
 * Plan of the covariates by training rows.
 *
 * @param identified true where coefficients must be unique and finite, as in an exact solution without a penalty: then columns
 * that are sums of others are dropped, and indicators that tell events without fail
 * @param bounded true where values beyond those of the training rows shall count as the nearest of these: for many columns that
 * few rows hardly tell apart, of which a new row may be any number of deviations away
 */
export function encodeCovariates(
  cohort: Pick<Cohort, 'manifest' | 'covariates' | 'targets'>,
  rows: readonly number[],
  { identified = false, bounded = false }: { readonly identified?: boolean; readonly bounded?: boolean } = {},
): CovariatePlan {
  const { manifest, covariates, targets } = cohort;
  const sources = covariates.map((covariate) => sourceOf(covariate, rows));
  const events = targets.kind === 'time' ? rows.map((row) => targets.events[row] === 1) : undefined;
  const judged = columnsOfAll(sources).map((column) => {
    const values = valuesOf(sources, column, covariates, rows);
    return { column, values, because: identified ? doubt(column, values, events) : constant(values) };
  });
  const doubtless = judged.filter(({ because }) => because === null);
  const kept = identified ? independent(doubtless.map(({ values }) => values)) : doubtless.map(() => true);
  const columns = doubtless
    .filter((_, at) => kept[at] === true)
    .map(({ column, values }) => (bounded ? { ...column, range: rangeOf(values) } : column));
  if (columns.length === 0 && covariates.length > 0)
    throw new UserError({
      subject: manifest,
      problem: `no covariate differs among the ${rows.length} rows of a training`,
      fix: 'take fewer folds, or add rows',
    });
  const dropped = judged
    .filter(({ column }) => columns.every(({ name }) => name !== column.name))
    .map(({ column: { name }, because }) => ({ name, because: because ?? ('follows from others' as const) }));
  return { sources, columns, dropped };
}

const rangeOf = (values: readonly number[]): [number, number] => [
  values.reduce((least, one) => Math.min(least, one), Infinity),
  values.reduce((most, one) => Math.max(most, one), -Infinity),
];

const columnsOfAll = (sources: readonly CovariateSource[]): EncodedColumn[] => sources.flatMap(columnsOf);

const constant = (values: readonly number[]): 'constant' | null =>
  values.every((value) => value === values[0]) ? 'constant' : null;

/** Why a column by itself has no finite coefficient, or null. */
function doubt(
  { is }: EncodedColumn,
  values: readonly number[],
  events?: readonly boolean[],
): Dropped | null {
  if (constant(values) !== null) return 'constant';
  if (is === 'number' || events === undefined) return null;
  const withEvent = new Set(values.filter((_, at) => events[at] === true));
  return withEvent.size === 1 ? 'no event' : null;
}

/** Covariates `[rows, columns]` of the plan, in the order of the rows. */
export function applyCovariates(
  { sources, columns }: Pick<CovariatePlan, 'sources' | 'columns'>,
  covariates: readonly Covariate[],
  rows: readonly number[],
): Tensor {
  const data = new Float32Array(rows.length * columns.length);
  columns.forEach((column, at) => {
    const [least, most] = column.range ?? [-Infinity, Infinity];
    valuesOf(sources, column, covariates, rows).forEach((value, row) => {
      data[row * columns.length + at] = Math.min(most, Math.max(least, value));
    });
  });
  return tensor([rows.length, columns.length], data);
}

function sourceOf({ column, kind, values }: Covariate, rows: readonly number[]): CovariateSource {
  const known = rows.map((row) => values[row] ?? null).filter((value) => value !== null);
  if (kind === 'number') {
    const sum = known.reduce((all: number, value) => all + Number(value), 0);
    return { column, kind, mean: known.length === 0 ? 0 : sum / known.length };
  }
  const counts = new Map<string, number>();
  for (const value of known) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const names = [...counts.keys()].sort();
  const often = (name: string): number => counts.get(name) ?? 0;
  const [reference] = [...names].sort((a, b) => often(b) - often(a) || (a < b ? -1 : 1));
  return {
    column,
    kind,
    categories: reference === undefined ? [] : [reference, ...names.filter((name) => name !== reference)],
  };
}

function columnsOf(covariate: CovariateSource, source: number): EncodedColumn[] {
  const { column } = covariate;
  const told: EncodedColumn[] =
    covariate.kind === 'number'
      ? [{ name: column, source, is: 'number' }]
      : covariate.categories
          .slice(1)
          .map((category) => ({ name: `${column}=${category}`, source, is: { category } }));
  return [...told, { name: `${column} missing`, source, is: 'missing' }];
}

function valuesOf(
  sources: readonly CovariateSource[],
  { source: at, is }: EncodedColumn,
  covariates: readonly Covariate[],
  rows: readonly number[],
): number[] {
  const source = sources[at];
  const covariate = covariates.find(({ column }) => column === source?.column);
  if (source === undefined || covariate === undefined)
    throw new Error(`no covariate ${source?.column ?? at}`);
  return rows.map((row) => {
    const value = knownValue(source, covariate.values[row] ?? null);
    if (is === 'missing') return value === null ? 1 : 0;
    if (source.kind === 'number') return value === null ? source.mean : Number(value);
    return typeof is === 'object' && value === is.category ? 1 : 0;
  });
}

function knownValue(source: CovariateSource, value: number | string | null): number | string | null {
  return source.kind === 'category' && !source.categories.includes(String(value)) ? null : value;
}
