/**
 * Gradients of reductions and of ops that rearrange values: each is the adjoint of a linear map.
 */
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';
import type { ReduceAttributes } from '../ir/ops/reduction.js';
import { unbroadcast, zeroGradient, type GradientRule } from './rule.js';

/** Reshapes a reduction's result so that it broadcasts against its operand. */
function kept(b: Builder, reduced: Value, x: Value, { axes }: ReduceAttributes): Value {
  return b.reshape(
    reduced,
    x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );
}

export const layoutGradients = {
  // d Σx = Σdx: the gradient is the same everywhere
  reduceSum: (({ b, inputs: [x], attributes, dy }) => [
    () => b.broadcastTo(kept(b, dy, x, attributes), x.shape),
  ]) satisfies GradientRule<'reduceSum'>,
  // d mean(x) = Σdx / n
  reduceMean: (({ b, inputs: [x], attributes, dy }) => [
    () => {
      const count = attributes.axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
      return b.broadcastTo(b.mul(kept(b, dy, x, attributes), b.scalar(1 / count)), x.shape);
    },
  ]) satisfies GradientRule<'reduceMean'>,
  // d max(x): shared evenly among the greatest elements
  reduceMax: (({ b, inputs: [x], attributes, y, dy }) => [
    () => {
      const greatest = b.toFloat(b.equal(x, kept(b, y, x, attributes)));
      const share = b.div(kept(b, dy, x, attributes), b.reduceSum(greatest, attributes.axes, true));
      return b.mul(greatest, share);
    },
  ]) satisfies GradientRule<'reduceMax'>,
  argmax: zeroGradient('its result is an index'),

  reshape: (({ b, inputs: [x], dy }) => [() => b.reshape(dy, x.shape)]) satisfies GradientRule<'reshape'>,
  broadcastTo: (({ b, inputs: [x], dy }) => [
    () => unbroadcast(b, dy, x.shape),
  ]) satisfies GradientRule<'broadcastTo'>,
  // the inverse permutation
  transpose: (({ b, attributes: { permutation }, dy }) => [
    () =>
      b.transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ]) satisfies GradientRule<'transpose'>,
  // zeros where nothing was taken
  slice: (({ b, inputs: [x], attributes: { starts, steps }, dy }) => [
    () => {
      const sides = x.shape.map((extent, axis) => {
        const start = starts[axis] ?? 0;
        const reach = ((dy.shape[axis] ?? 1) - 1) * (steps[axis] ?? 1) + 1;
        return [start, extent - start - reach] as const;
      });
      return b.pad(
        dy,
        sides,
        steps.map((step) => step - 1),
      );
    },
  ]) satisfies GradientRule<'slice'>,
  // what was not padding
  pad: (({ b, inputs: [x], attributes: { before, interior }, dy }) => [
    () => {
      const ends = x.shape.map((n, axis) => (before[axis] ?? 0) + (n - 1) * ((interior[axis] ?? 0) + 1) + 1);
      return b.slice(
        dy,
        before,
        ends,
        interior.map((zeros) => zeros + 1),
      );
    },
  ]) satisfies GradientRule<'pad'>,
  // each input's part
  concat: (({ b, inputs, attributes: { axis }, dy }) => {
    let offset = 0;
    return inputs.map((x: Value) => {
      const start = offset;
      offset += x.shape[axis] ?? 0;
      const end = offset;
      const cut = (at: number, whole: (i: number) => number) =>
        x.shape.map((_, i) => (i === axis ? at : whole(i)));
      return () =>
        b.slice(
          dy,
          cut(start, () => 0),
          cut(end, (i) => x.shape[i] ?? 0),
        );
    });
  }) satisfies GradientRule<'concat'>,
  gather: (({ b, inputs: [x, indices], attributes: { axis }, dy }) => [
    () => b.node('scatterAdd', [dy, indices], { axis, size: x.shape[axis] ?? 0 }),
    null,
  ]) satisfies GradientRule<'gather'>,
  scatterAdd: (({ b, inputs: [, indices], attributes: { axis }, dy }) => [
    () => b.gather(dy, indices, axis),
    null,
  ]) satisfies GradientRule<'scatterAdd'>,
  oneHot: zeroGradient('its operand is an index'),
};
