/**
 * Elementwise ops: most are an ONNX op of the same meaning.
 */
import type { OpName } from '../../../ir/ops/index.js';
import { TensorProto_DataType as Type } from '../proto/onnx_pb.js';
import type { Lowering } from './lowering.js';

function unary<K extends OpName>(type: string): Lowering<K> {
  return ({ out, inputs: [x] }) => out.op(type, [x]);
}

function binary<K extends OpName>(type: string): Lowering<K> {
  return ({ out, inputs: [a, b] }) => out.op(type, [a, b]);
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
  square: (({ out, inputs: [x] }) => out.op('Mul', [x, x])) satisfies Lowering<'square'>,
  relu: unary<'relu'>('Relu'),
  sigmoid: unary<'sigmoid'>('Sigmoid'),
  tanh: unary<'tanh'>('Tanh'),
  erf: unary<'erf'>('Erf'),
  silu: (({ out, inputs: [x] }) => out.op('Mul', [x, out.op('Sigmoid', [x])])) satisfies Lowering<'silu'>,
  // min(1, 1e38 · y): 1 for every positive normal number, 0 for 0; faster than Sign, or than Greater and Where
  reluGrad: (({ out, inputs: [y, dy] }) => {
    const mask = out.op('HardSigmoid', [y], { alpha: { float: 1e38 }, beta: { float: 0 } });
    return out.op('Mul', [mask, dy]);
  }) satisfies Lowering<'reluGrad'>,
  // dy · (s + y · (1 − s)) = dy · (s + y − y · s), with y = x · s
  siluGrad: (({ out, inputs: [x, dy] }) => {
    const s = out.op('Sigmoid', [x]);
    const y = out.op('Mul', [x, s]);
    return out.op('Mul', [dy, out.op('Sub', [out.op('Add', [s, y]), out.op('Mul', [y, s])])]);
  }) satisfies Lowering<'siluGrad'>,
  where: (({ out, inputs: [condition, a, b] }) =>
    out.op('Where', [condition, a, b])) satisfies Lowering<'where'>,
  toFloat: (({ out, inputs: [x] }) => out.op('Cast', [x], { to: Type.FLOAT })) satisfies Lowering<'toFloat'>,
};
