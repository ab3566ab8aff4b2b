/**
 * Which operand of a filter gradient is shifted in rows, and how along each axis.
 */
import type { Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvFilterGradAttributes } from '../../../../ir/ops/convolution.js';
import { along, forwardAxes, inputGradientAxes, type BlockedAxis } from './axes.js';

/** The operand that is shifted: x, or dy. */
export type RowSide = 'input' | 'gradient';

export interface Rows {
  /** Axes along which lines are copied. */
  readonly copied: readonly BlockedAxis[];
  /** The last axis, along which a matrix shifts; none where there is nothing to shift. */
  readonly held: readonly BlockedAxis[];
  /** True where the first row belongs to the last tap. */
  readonly mirrored: boolean;
}

export function rowsOf(x: Shape, attributes: ConvFilterGradAttributes, side: RowSide): Rows {
  const { filterShape: w } = attributes;
  const ones = w.slice(2).map(() => 1);
  const axes =
    side === 'input'
      ? forwardAxes(x, w, attributes, ones)
      : inputGradientAxes(convOutputShape(x, w, attributes), w, { ...attributes, inputShape: x }, ones);
  const first = axes.length - (axes.slice(-1).every(isStill) ? 0 : 1);
  return { copied: axes.slice(0, first), held: axes.slice(first), mirrored: side === 'gradient' };
}

/** True for an axis along which nothing is shifted. */
export function isStill({ taps, blocks, read, place }: BlockedAxis): boolean {
  return taps === 1 && blocks === read && place(0, 0) === 0;
}

/** Lines that are copied as a whole: those of the axes after the last along which anything is shifted. */
export function runOf(copied: readonly BlockedAxis[]): number {
  const last = copied.findLastIndex((axis) => !isStill(axis));
  return along(copied.slice(last + 1), 'read');
}
