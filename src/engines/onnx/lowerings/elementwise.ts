/**
 * Elementwise ops: most are an ONNX op of the same meaning.
 */
import type { OpName } from '../../../ir/ops/index.js';
import { TensorProto_DataType as Type } from '../proto/onnx_pb.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import type { Lowering } from './lowering.js';

function unary<K extends OpName>(type: string): Lowering<K> {
  return ({ out, node, inputs: [x] }) => out.op(type, [x], node.shape);
}

function binary<K extends OpName>(type: string): Lowering<K> {
  return ({ out, node, inputs: [a, b] }) => out.op(type, [a, b], node.shape);
}

export const elementwise = {
  add: binary<'add'>('Add'),
  sub: binary<'sub'>('Sub'),
  mul: binary<'mul'>('Mul'),
  div: binary<'div'>('Div'),
  maximum: binary<'maximum'>('Max'),
  minimum: binary<'minimum'>('Min'),
  greaterEqual: binary<'greaterEqual'>('GreaterOrEqual'),
  equal: binary<'equal'>('Equal'),
  neg: unary<'neg'>('Neg'),
  exp: unary<'exp'>('Exp'),
  log: unary<'log'>('Log'),
  sqrt: unary<'sqrt'>('Sqrt'),
  reciprocal: unary<'reciprocal'>('Reciprocal'),
  abs: unary<'abs'>('Abs'),
  floor: unary<'floor'>('Floor'),
  square: (({ out, inputs: [x] }) => out.op('Mul', [x, x], x.shape)) satisfies Lowering<'square'>,
  relu: unary<'relu'>('Relu'),
  sigmoid: unary<'sigmoid'>('Sigmoid'),
  tanh: unary<'tanh'>('Tanh'),
  erf: unary<'erf'>('Erf'),
  silu: (({ out, inputs: [x] }) =>
    out.op('Mul', [x, out.op('Sigmoid', [x], x.shape)], x.shape)) satisfies Lowering<'silu'>,
  gelu: (({ out, inputs: [x] }) => out.op('Mul', [x, normal(out, x)], x.shape)) satisfies Lowering<'gelu'>,
  hardswish: (({ out, inputs: [x] }) =>
    out.op('Mul', [x, hardSigmoid(out, x, 1 / 6)], x.shape)) satisfies Lowering<'hardswish'>,
  // min(1, 1e38 · y): 1 for every positive normal number, 0 for 0; faster than Sign, or than Greater and Where
  reluGrad: (({ out, inputs: [y, dy] }) => {
    const mask = hardSigmoid(out, y, 1e38, 0);
    return out.op('Mul', [mask, dy], y.shape);
  }) satisfies Lowering<'reluGrad'>,
  // dy · (s + y · (1 − s)) = dy · (s + y − y · s), with y = x · s
  siluGrad: (({ out, inputs: [x, dy] }) => {
    const write = (type: string, ...inputs: readonly OnnxValue[]): OnnxValue => out.op(type, inputs, x.shape);
    const s = write('Sigmoid', x);
    const y = write('Mul', x, s);
    return write('Mul', dy, write('Sub', write('Add', s, y), write('Mul', y, s)));
  }) satisfies Lowering<'siluGrad'>,
  // dy · (Φ + x · φ), φ = exp(−x² / 2) / √(2π)
  geluGrad: (({ out, inputs: [x, dy] }) => {
    const write = (type: string, ...inputs: readonly OnnxValue[]): OnnxValue => out.op(type, inputs, x.shape);
    const exponent = write('Mul', write('Mul', x, out.scalar(-0.5)), x);
    const density = write('Mul', write('Exp', exponent), out.scalar(1 / Math.sqrt(2 * Math.PI)));
    return write('Mul', dy, write('Add', normal(out, x), write('Mul', x, density)));
  }) satisfies Lowering<'geluGrad'>,
  // dy · (2h − s), where h rises from 0 at −3 to 1 at 3, and s is 0 below, 1/2 in between and 1 above
  hardswishGrad: (({ out, inputs: [x, dy] }) => {
    const write = (type: string, ...inputs: readonly OnnxValue[]): OnnxValue => out.op(type, inputs, x.shape);
    const h = hardSigmoid(out, x, 1 / 6);
    const over = write('Sub', x, write('Clip', x, out.scalar(-3), out.scalar(3)));
    const s = hardSigmoid(out, over, 1e38);
    return write('Mul', dy, write('Add', write('Sub', h, s), h));
  }) satisfies Lowering<'hardswishGrad'>,
  where: (({ out, node, inputs: [condition, a, b] }) =>
    out.op('Where', [condition, a, b], node.shape)) satisfies Lowering<'where'>,
  toFloat: (({ out, inputs: [x] }) =>
    out.op('Cast', [x], x.shape, { to: Type.FLOAT })) satisfies Lowering<'toFloat'>,
};

/** min(max(slope · x + offset, 0), 1). */
function hardSigmoid(out: OnnxWriter, x: OnnxValue, slope: number, offset = 0.5): OnnxValue {
  return out.op('HardSigmoid', [x], x.shape, { alpha: { float: slope }, beta: { float: offset } });
}

/** Φ(x), the normal distribution: (1 + erf(x / √2)) / 2. */
function normal(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const scaled = out.op('Mul', [x, out.scalar(Math.SQRT1_2)], x.shape);
  return hardSigmoid(out, out.op('Erf', [scaled], x.shape), 0.5);
}
