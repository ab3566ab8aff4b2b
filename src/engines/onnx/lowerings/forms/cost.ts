/**
 * What each form of a convolution and its gradients costs on the CPU, predicted from shapes alone, so that the same form is
 * chosen on every machine and at every moment.
 *
 * The time of a form is a sum of terms: multiplications, those with zeros included; lines, the inner loops that the
 * multiplications are divided into, each of which takes time to begin; values that are moved. `npm run bench:lowerings`
 * measures all forms on a grid of shapes, and fits the coefficients (docs/engines.md).
 */

import type { RowSide } from '../structured/row-axes.js';

/** Millions of each. */
export interface Terms {
  readonly products: number;
  readonly lines: number;
  readonly values: number;
}

export type ConvForm =
  | 'plain'
  | 'blocked'
  | 'tiles'
  | 'tiled lines'
  | 'phases'
  | 'structured'
  | 'products'
  | 'tiled products'
  | 'shifted tiles'
  | 'structured products'
  | 'rows'
  | 'samples last'
  | 'depthwise'
  | 'depthwise gradient'
  | 'depthwise lines'
  | 'depthwise lines gradient'
  | 'structured depthwise'
  | 'depth products';

/** Milliseconds per million, and per call. */
export type Coefficients = readonly [products: number, lines: number, values: number, call: number];

/**
 * Fitted by `npm run bench:lowerings` with blocks of 16 channels, on an Intel Xeon; those of lines on an AMD EPYC, on which filters
 * that hold places took 1.15 of their predicted time, and divided by that.
 */
export const COEFFICIENTS: Readonly<Record<ConvForm, Coefficients>> = {
  plain: [0.015, 0, 0.73, 0.54],
  blocked: [0.012, 3.3, 1.3, 0],
  tiles: [0.014, 0, 0.76, 0.09],
  'tiled lines': [0.0033, 15, 1.4, 0],
  phases: [0.008, 0, 0.75, 0.06],
  structured: [0.014, 3.4, 0.45, 0],
  products: [0.02, 0, 0.72, 0.38],
  'tiled products': [0.0075, 0, 0.96, 0.89],
  'shifted tiles': [0.014, 140, 0.62, 0],
  'structured products': [0.0135, 3.1, 0.21, 0],
  rows: [0.013, 3.6, 0.19, 0],
  'samples last': [0.012, 2.9, 0.2, 0],
  depthwise: [0.2, 0, 0.35, 0.39],
  'depthwise gradient': [0.11, 0, 2.1, 0],
  'depthwise lines': [0.08, 0, 0.2, 0.3],
  'depthwise lines gradient': [0.08, 0, 0.25, 0.4],
  'structured depthwise': [0.021, 3, 0.35, 0],
  'depth products': [0.004, 100, 0.45, 0.1],
};

export function milliseconds(form: ConvForm, { products, lines, values }: Terms): number {
  const [perProduct, perLine, perValue, call] = COEFFICIENTS[form];
  return perProduct * products + perLine * lines + perValue * values + call;
}

/** A form with the terms of its cost. */
export interface Priced {
  readonly form: ConvForm;
  readonly terms: Terms;
  /** Places in a block along each axis, 0 for all: only where a filter holds places. */
  readonly blocks?: readonly number[];
  /** The operand that is shifted in rows. */
  readonly rows?: RowSide;
}

/** Columns that the kernel of a matrix product takes at once. */
export const COLUMNS = 16;

export const millions = (products: number, lines: number, values: number): Terms => ({
  products: products / 1e6,
  lines: lines / 1e6,
  values: values / 1e6,
});
