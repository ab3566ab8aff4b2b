/**
 * Index of ops: one line per op and file; the tables of gradients and lowerings are exhaustive over them.
 */
import { batchMean, batchNorm, batchNormInputGrad, batchNormScaleGrad, batchVariance } from './batch-norm.js';
import { conv, convFilterGrad, convInputGrad } from './convolution.js';
import * as elementwise from './elementwise.js';
import { gather, oneHot, scatterAdd } from './indexing.js';
import { broadcastTo, concat, pad, reshape, slice, transpose } from './layout.js';
import { constant, input, parameter } from './leaves.js';
import { matmul } from './matmul.js';
import type { OpDefinition } from './op.js';
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './pooling.js';
import { argmax, reduceMax, reduceMean, reduceSum } from './reduction.js';
import { logSoftmax, softmax } from './softmax.js';

export const ops = {
  input,
  parameter,
  constant,

  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  maximum: elementwise.maximum,
  minimum: elementwise.minimum,
  greaterEqual: elementwise.greaterEqual,
  equal: elementwise.equal,
  neg: elementwise.neg,
  exp: elementwise.exp,
  log: elementwise.log,
  sqrt: elementwise.sqrt,
  reciprocal: elementwise.reciprocal,
  abs: elementwise.abs,
  floor: elementwise.floor,
  square: elementwise.square,
  relu: elementwise.relu,
  sigmoid: elementwise.sigmoid,
  tanh: elementwise.tanh,
  erf: elementwise.erf,
  silu: elementwise.silu,
  gelu: elementwise.gelu,
  hardswish: elementwise.hardswish,
  reluGrad: elementwise.reluGrad,
  siluGrad: elementwise.siluGrad,
  geluGrad: elementwise.geluGrad,
  hardswishGrad: elementwise.hardswishGrad,
  where: elementwise.where,
  toFloat: elementwise.toFloat,

  conv,
  convInputGrad,
  convFilterGrad,
  matmul,

  reduceSum,
  reduceMean,
  reduceMax,
  argmax,

  maxPool,
  maxPoolGrad,
  avgPool,
  avgPoolGrad,

  reshape,
  broadcastTo,
  transpose,
  slice,
  pad,
  concat,

  gather,
  scatterAdd,
  oneHot,

  softmax,
  logSoftmax,

  batchMean,
  batchVariance,
  batchNorm,
  batchNormScaleGrad,
  batchNormInputGrad,
} as const;

export type OpName = keyof typeof ops;

/** Attributes of each op. */
export type OpAttributes = {
  readonly [K in OpName]: (typeof ops)[K] extends OpDefinition<infer Attributes> ? Attributes : never;
};

/** The definition of an op, typed by its name. */
export function definitionOf<K extends OpName>(op: K): OpDefinition<OpAttributes[K]> {
  return ops[op] as unknown as OpDefinition<OpAttributes[K]>;
}
