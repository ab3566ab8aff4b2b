/**
 * The forms that compete for a convolution without groups and its gradients, and the cheapest of them by prediction.
 */
import type { Shape } from '../../../core/tensor.js';
import type {
  ConvAttributes,
  ConvFilterGradAttributes,
  ConvInputGradAttributes,
} from '../../../ir/ops/convolution.js';
import { suitsBlocks } from './blocked-conv.js';
import {
  blockedTerms,
  gradientTerms,
  milliseconds,
  phaseTerms,
  plainTerms,
  structuredTerms,
  tiledGradientTerms,
  tileTerms,
  type ConvForm,
  type Terms,
} from './conv-cost.js';
import { sizeOf } from '../../../core/tensor.js';
import { along, forwardAxes, inputGradientAxes, type BlockedAxis } from './structured-axes.js';
import { suitsTiledGradient, suitsTiles } from './winograd-conv.js';

/** A form with the terms of its cost. */
export interface Priced {
  readonly form: ConvForm;
  readonly terms: Terms;
  /** Places in a block along each axis, 0 for all: only where a filter holds places. */
  readonly blocks?: readonly number[];
}

/** Cells of a filter that holds places, more than which are not worth trying. */
const MOST_CELLS = 2 ** 22;
/** Values that are copied side by side, more than which would take too much memory. */
const MOST_VALUES = 2 ** 26;

/** The blocks by which a filter of a number of axes may hold places: none, those of the last axis, of the last two, ... */
function divisions(rank: number): number[][] {
  return Array.from({ length: rank + 1 }, (_, held) =>
    Array.from({ length: rank }, (_, axis) => (axis < rank - held ? 1 : 0)),
  );
}

function structuredForms(
  form: 'structured' | 'structured products',
  axesOf: (blocks: readonly number[]) => BlockedAxis[],
  [n, from, to]: readonly [number, number, number],
  rank: number,
): Priced[] {
  return divisions(rank).flatMap((blocks) => {
    const axes = axesOf(blocks);
    const cells = along(axes, 'rows') * along(axes, 'columns') * from * to;
    const values = n * along(axes, 'blocks') * along(axes, 'rows') * from;
    if (cells > MOST_CELLS || values > MOST_VALUES) return [];
    return [{ form, blocks, terms: structuredTerms(axes, [n, from, to]) }];
  });
}

/** True where more than one form is worth trying: without groups, and with more than one tap or a stride. */
export function compete(w: Shape, { stride, groups }: Pick<ConvAttributes, 'stride' | 'groups'>): boolean {
  return groups === 1 && (sizeOf(w.slice(2)) > 1 || stride.some((step) => step > 1));
}

/** All forms of a forward pass; the first is the one for large volumes. */
export function convForms(x: Shape, w: Shape, attributes: ConvAttributes, block: number): Priced[] {
  const large = largeForm(x, w, attributes, block);
  const sizes = [x[0] ?? 1, x[1] ?? 1, w[0] ?? 1] as const;
  const axesOf = (blocks: readonly number[]): BlockedAxis[] => forwardAxes(x, w, attributes, blocks);
  return [large, ...structuredForms('structured', axesOf, sizes, x.length - 2)];
}

function largeForm(x: Shape, w: Shape, attributes: ConvAttributes, block: number): Priced {
  if (suitsTiles(x, w, attributes, block))
    return { form: 'tiles', terms: tileTerms(x, w, attributes, block) };
  if (suitsBlocks(x, w, attributes, block))
    return { form: 'blocked', terms: blockedTerms(x, w, attributes, block) };
  return { form: 'plain', terms: plainTerms(x, w, attributes) };
}

/** All forms of an input gradient; the first is the one for large volumes. */
export function inputGradForms(
  dy: Shape,
  w: Shape,
  attributes: ConvInputGradAttributes,
  block: number,
): Priced[] {
  const { stride, inputShape, dilation, padding } = attributes;
  const [to = 1, from = 1, ...kernel] = w;
  const mirrored = [from, to, ...kernel];
  const sides = kernel.map((taps, axis) => {
    const before = (dilation[axis] ?? 1) * (taps - 1) - (padding[axis]?.[0] ?? 0);
    const reach = (dilation[axis] ?? 1) * (taps - 1);
    return [before, (inputShape[axis + 2] ?? 1) + reach - (dy[axis + 2] ?? 1) - before] as const;
  });
  const once = stride.every((step) => step === 1);
  const large: Priced =
    once && sides.flat().every((side) => side >= 0)
      ? largeForm(dy, mirrored, { ...attributes, padding: sides }, block)
      : { form: 'phases', terms: phaseTerms(inputShape, w, dy, stride) };
  const sizes = [dy[0] ?? 1, to, from] as const;
  const axesOf = (blocks: readonly number[]): BlockedAxis[] => inputGradientAxes(dy, w, attributes, blocks);
  return [large, ...structuredForms('structured', axesOf, sizes, dy.length - 2)];
}

/** All forms of a filter gradient; the first is the one for large volumes. */
export function filterGradForms(x: Shape, attributes: ConvFilterGradAttributes): Priced[] {
  const { filterShape: w } = attributes;
  const tiled = suitsTiledGradient(x, attributes);
  const large: Priced = tiled
    ? { form: 'tiled products', terms: tiledGradientTerms(x, w, attributes) }
    : { form: 'products', terms: gradientTerms(x, w, attributes) };
  const sizes = [x[0] ?? 1, x[1] ?? 1, w[0] ?? 1] as const;
  const axesOf = (blocks: readonly number[]): BlockedAxis[] => forwardAxes(x, w, attributes, blocks);
  return [large, ...structuredForms('structured products', axesOf, sizes, x.length - 2)];
}

/** The form of the least predicted time; the first of equals. */
export function cheapest(forms: readonly Priced[]): Priced {
  const cost = ({ form, terms }: Priced): number => milliseconds(form, terms);
  return forms.reduce((best, other) => (cost(other) < cost(best) ? other : best));
}
