/**
 * Elementwise ops: most are an ONNX op of the same meaning.
 */
import type { OpName } from '../../../ir/ops/index.js';
import { TensorProto_DataType as Type } from '../proto/onnx_pb.js';
import type { OnnxValue } from '../writer.js';
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
  // min(1, 1e38 · y): 1 for every positive normal number, 0 for 0; faster than Sign, or than Greater and Where
  reluGrad: (({ out, inputs: [y, dy] }) => {
    const mask = out.op('HardSigmoid', [y], y.shape, { alpha: { float: 1e38 }, beta: { float: 0 } });
    return out.op('Mul', [mask, dy], y.shape);
  }) satisfies Lowering<'reluGrad'>,
  // dy · (s + y · (1 − s)) = dy · (s + y − y · s), with y = x · s
  siluGrad: (({ out, inputs: [x, dy] }) => {
    const write = (type: string, ...inputs: readonly OnnxValue[]): OnnxValue => out.op(type, inputs, x.shape);
    const s = write('Sigmoid', x);
    const y = write('Mul', x, s);
    return write('Mul', dy, write('Sub', write('Add', s, y), write('Mul', y, s)));
  }) satisfies Lowering<'siluGrad'>,
  where: (({ out, node, inputs: [condition, a, b] }) =>
    out.op('Where', [condition, a, b], node.shape)) satisfies Lowering<'where'>,
  toFloat: (({ out, inputs: [x] }) =>
    out.op('Cast', [x], x.shape, { to: Type.FLOAT })) satisfies Lowering<'toFloat'>,
};
