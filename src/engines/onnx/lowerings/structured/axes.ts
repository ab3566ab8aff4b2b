/**
 * Convolution as one matrix product whose filter holds places: what it does along each axis.
 *
 * Outputs along an axis are computed block by block. For each block the places that it sees are copied side by side, as
 * rows of the filter; its own places are columns. A block of one place unfolds the volume: a row for each tap. A block of
 * all places copies nothing; the filter then is a matrix from places to places, mostly zeros on long axes and hardly any
 * on short ones. It knows padding, strides and dilation, which cost nothing.
 */
import type { Shape } from '../../../../core/tensor.js';
import {
  convOutputShape,
  type ConvAttributes,
  type ConvInputGradAttributes,
} from '../../../../ir/ops/convolution.js';

/** One axis of a product in blocks. */
export interface BlockedAxis {
  /** Places of the value that is read, and of the value that is computed. */
  readonly read: number;
  readonly written: number;
  readonly taps: number;
  readonly blocks: number;
  /** Places that a block reads, and places that it computes. */
  readonly rows: number;
  readonly columns: number;
  /** The place that row `row` of block `block` reads; outside of the value it stands for zero. */
  readonly place: (block: number, row: number) => number;
  /** The tap between a row and a column; undefined where there is none. */
  readonly tap: (row: number, column: number) => number | undefined;
}

interface AxisGeometry {
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

function geometryOf(
  x: Shape,
  w: Shape,
  y: Shape,
  attributes: Omit<ConvAttributes, 'groups'>,
): AxisGeometry[] {
  return w.slice(2).map((taps, axis) => ({
    inputs: x[axis + 2] ?? 1,
    outputs: y[axis + 2] ?? 1,
    taps,
    stride: attributes.stride[axis] ?? 1,
    dilation: attributes.dilation[axis] ?? 1,
    before: attributes.padding[axis]?.[0] ?? 0,
  }));
}

/** Axes of a forward pass; `blocks`: outputs in a block along each, 0 for all of them. */
export function forwardAxes(
  x: Shape,
  w: Shape,
  attributes: ConvAttributes,
  blocks: readonly number[],
): BlockedAxis[] {
  const y = convOutputShape(x, w, attributes);
  return geometryOf(x, w, y, attributes).map((axis, i) => forwardAxis(axis, blocks[i] ?? 0));
}

function forwardAxis(
  { inputs, outputs, taps, stride, dilation, before }: AxisGeometry,
  block: number,
): BlockedAxis {
  const columns = block === 0 ? outputs : Math.min(block, outputs);
  const whole = columns === outputs;
  // with all outputs in one block every input is a row, else as many as a block sees
  const first = whole ? 0 : -before;
  return {
    read: inputs,
    written: outputs,
    taps,
    blocks: Math.ceil(outputs / columns),
    rows: whole ? inputs : (columns - 1) * stride + (taps - 1) * dilation + 1,
    columns,
    place: (q, row) => q * columns * stride + first + row,
    tap: (row, column) => tapOf(first + row + before - column * stride, dilation, taps),
  };
}

/**
 * Axes of an input gradient, which reads dy; `blocks`: inputs in a block, 0 for all of them, made multiples of the stride.
 */
export function inputGradientAxes(
  dy: Shape,
  w: Shape,
  attributes: ConvInputGradAttributes,
  blocks: readonly number[],
): BlockedAxis[] {
  const axes = geometryOf(attributes.inputShape, w, dy, attributes);
  return axes.map((axis, i) => inputGradientAxis(axis, blocks[i] ?? 0));
}

function inputGradientAxis(axis: AxisGeometry, block: number): BlockedAxis {
  const { inputs, outputs, taps, stride, dilation, before } = axis;
  const wanted = Math.ceil(block / stride) * stride;
  const columns = block === 0 || wanted >= inputs ? inputs : wanted;
  const whole = columns === inputs;
  // output o sees input i through tap t where o · stride = i + before − t · dilation
  const first = whole ? 0 : Math.ceil((before - (taps - 1) * dilation) / stride);
  const last = Math.floor((columns - 1 + before) / stride);
  return {
    read: outputs,
    written: inputs,
    taps,
    blocks: Math.ceil(inputs / columns),
    rows: whole ? outputs : last - first + 1,
    columns,
    place: (q, row) => (q * columns) / stride + first + row,
    tap: (row, column) => tapOf(column + before - (first + row) * stride, dilation, taps),
  };
}

function tapOf(distance: number, dilation: number, taps: number): number | undefined {
  const tap = distance / dilation;
  return Number.isInteger(tap) && tap >= 0 && tap < taps ? tap : undefined;
}

/** The axes up to the last one that is cut in blocks; what comes after stays as it is. */
export function dividedAxes(axes: readonly BlockedAxis[]): readonly BlockedAxis[] {
  return axes.slice(0, axes.findLastIndex(({ blocks }) => blocks > 1) + 1);
}

/** Product over axes of one of their extents. */
export function along(
  axes: readonly BlockedAxis[],
  extent: 'read' | 'written' | 'taps' | 'blocks' | 'rows' | 'columns',
): number {
  return axes.reduce((product, axis) => product * axis[extent], 1);
}

/**
 * Where blocks of several places lie side by side along an axis, and further blocks along later ones: those later axes, or
 * that axis alone where it is the last. Their places become a product's outermost columns. Empty where no blocks interleave.
 */
export function interleavedAxes(axes: readonly BlockedAxis[]): readonly BlockedAxis[] {
  const split = axes.findLastIndex(({ blocks, columns }) => blocks > 1 && columns > 1);
  if (split < 0) return [];
  const inner = split === axes.length - 1 ? axes.slice(split) : axes.slice(split + 1);
  return along(inner, 'blocks') > 1 ? inner : [];
}
