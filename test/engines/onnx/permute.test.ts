import { describe, expect, it } from 'vitest';
import { indexOf, placeOf } from '../../../bench/ops/reference-rule.js';
import { sizeOf, type Shape } from '../../../src/core/tensor.js';
import { permute } from '../../../src/engines/onnx/lowerings/shaping.js';
import { graphProto, modelBytes, valueInfo } from '../../../src/engines/onnx/model.js';
import { TensorProto_DataType as Type } from '../../../src/engines/onnx/proto/onnx_pb.js';
import { floats, openModel, valuesOf } from '../../../src/engines/onnx/runtime.js';
import { OnnxWriter, type OnnxValue } from '../../../src/engines/onnx/writer.js';

function ordersOf(axes: readonly number[]): number[][] {
  return axes.length === 0
    ? [[]]
    : axes.flatMap((axis) => ordersOf(axes.filter((other) => other !== axis)).map((rest) => [axis, ...rest]));
}

/** Where each value of the result stands in the operand. */
function sources(shape: Shape, order: readonly number[]): number[] {
  const extents = order.map((axis) => shape[axis] ?? 1);
  return Array.from({ length: sizeOf(shape) }, (_, place) => {
    const index = indexOf(place, extents);
    return placeOf(
      shape.map((_, axis) => index[order.indexOf(axis)] ?? 0),
      shape,
    );
  });
}

describe('A transposition that is written in steps', () => {
  it.each([
    { shape: [2, 3, 4, 2, 5], why: 'of five axes' },
    { shape: [2, 1, 3, 70, 2], why: 'with an axis of one place and a long one' },
    { shape: [3, 2, 2, 66], why: 'whose last axis is long' },
    { shape: [16, 2, 3, 4], why: 'of many samples with short lines' },
  ])('moves every value to its place in every order, $why', async ({ shape }) => {
    const out = new OnnxWriter();
    const x = { name: 'x', shape };
    const orders = ordersOf(shape.map((_, axis) => axis));
    const results = orders.map((order, i) => {
      const extents = order.map((axis) => shape[axis] ?? 1);
      return out.copy(permute(out, x, order, extents), `order ${i}`);
    });
    const info = (value: OnnxValue) => valueInfo(value.name, Type.FLOAT, value.shape);
    const model = await openModel(modelBytes(graphProto('orders', out, [info(x)], results.map(info))), {
      device: 'cpu',
      threads: 1,
    });
    const places = Float32Array.from({ length: sizeOf(shape) }, (_, place) => place);
    const values = await model.run({ x: floats(places, shape) });
    await model.release();
    orders.forEach((order, i) => {
      expect([...valuesOf(values[`order ${i}`])], order.join()).toEqual(sources(shape, order));
    });
  });

  it('takes two at most where the last axis has three places or more', () => {
    const shape = [2, 3, 4, 2, 5];
    for (const order of ordersOf(shape.map((_, axis) => axis))) {
      const out = new OnnxWriter();
      const extents = order.map((axis) => shape[axis] ?? 1);
      permute(out, { name: 'x', shape }, order, extents);
      const steps = out.nodes.filter(({ opType }) => ['Transpose', 'Gather'].includes(opType)).length;
      expect(steps, order.join()).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    { shape: [4, 6, 5, 64], order: [2, 1, 0, 3], op: 'Gather' },
    { shape: [16, 6, 5, 4], order: [0, 2, 1, 3], op: 'Gather' },
    { shape: [4, 6, 5, 16], order: [2, 1, 0, 3], op: 'Transpose' },
    { shape: [600, 500, 9], order: [1, 0, 2], op: 'Transpose' },
  ])('looks up lines where that is faster: $op of $shape by $order', ({ shape, order, op }) => {
    const out = new OnnxWriter();
    const extents = order.map((axis) => shape[axis] ?? 1);
    permute(out, { name: 'x', shape }, order, extents);
    expect(out.nodes.map(({ opType }) => opType).filter((type) => type !== 'Reshape')).toEqual([op]);
  });
});
