/**
 * Coefficients of a linear head on the own scale of each column: standardisation undone.
 *
 * w · (x − mean) / deviation + b = (w / deviation) · x + (b − Σ w · mean / deviation)
 */
import type { FittedModel } from './fit.js';
import { standardisationOf, type Part } from './model/standardise.js';

export interface OwnScale {
  /** Of each output of the head, a coefficient for each column: the scan's features first, then covariates. */
  readonly coefficients: readonly (readonly number[])[];
  /** Of each output of the head, at columns that are all 0. */
  readonly intercepts: readonly number[];
  /** Columns of each part, and how much of each column is one of its deviations in training. */
  readonly columns: readonly { readonly part: Part; readonly index: number; readonly deviation: number }[];
}

/**
 * Undefined where the head has a hidden layer or the fusion learns weights of its own. Outputs of the head: log hazard of
 * `cox`, logits of `classes`, deviations of the training targets from their mean of `value`.
 */
export function ownScale({ weights }: Pick<FittedModel, 'weights'>): OwnScale | undefined {
  const layers = Object.entries(weights).filter(
    ([name]) => (name.startsWith('head.') && !name.startsWith('head.known.')) || name.startsWith('fusion.'),
  );
  const matrices = layers.filter(([, { shape }]) => shape.length === 2);
  const [matrix] = matrices;
  if (matrix === undefined || matrices.length > 1 || layers.some(([name]) => name.startsWith('fusion.')))
    return undefined;
  const [name, { shape, data }] = matrix;
  const bias = weights[name.replace(/\.weight$/, '.bias')]?.data;
  const columns = (['features', 'covariates'] as const).flatMap((part) => columnsOf(weights, part));
  const [outputs = 0, width = 0] = shape;
  if (width !== columns.length) return undefined;
  const rows = Array.from({ length: outputs }, (_, output) =>
    columns.map(({ deviation }, column) => (data[output * width + column] ?? NaN) / deviation),
  );
  return {
    coefficients: rows,
    intercepts: rows.map((row, output) =>
      row.reduce((sum, one, column) => sum - one * (columns[column]?.mean ?? 0), bias?.[output] ?? 0),
    ),
    columns: columns.map(({ part, index, deviation }) => ({ part, index, deviation })),
  };
}

function columnsOf(weights: FittedModel['weights'], part: Part) {
  const { means = [], deviations = [] } = standardisationOf(weights, part) ?? {};
  return [...means].map((mean, index) => ({ part, index, mean, deviation: deviations[index] ?? 1 }));
}
