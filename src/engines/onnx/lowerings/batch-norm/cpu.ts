/**
 * Batch normalisation on the CPU, in as few passes over memory as its algebra allows.
 *
 * In training one op of the runtime gives statistics and result: it reads x three times and writes nothing else. The
 * gradients do without the difference x − mean, which would have to be written down:
 *
 *   dγ = r · (Σ dy·x − mean·dβ)        dx = γ·r · (dy + n(x)),  n(x) = (x − mean)·r · (−dγ/m) − dβ/m
 *
 * where n is again a batch normalisation, with known statistics, as one pass. With m values per channel, and
 * r = 1 / sqrt(variance + epsilon); the formulas with x̂ stand in `ir/ops/batch-norm.ts`.
 */
import type { Graph, Node } from '../../../../ir/graph.js';
import { valuesPerChannel } from '../../../../ir/ops/batch-norm.js';
import type { OnnxValue, OnnxWriter, ValueOf } from '../../writer.js';
import { fusedDot, inverseDeviation, overChannels, portableBatchNorm } from './portable.js';
import { perChannel, type Group, type Groups, type Lowering } from '../lowering.js';

export const batchNorm = {
  ...portableBatchNorm,
  batchNormScaleGrad: (({ out, inputs: [x, dy, mean, variance], attributes: { epsilon } }) => {
    const { shape } = mean;
    const products = fusedDot(out, dy, x);
    const ofMean = out.op('Mul', [mean, overChannels(out, 'ReduceSum', dy)], shape);
    const centred = out.op('Sub', [products, ofMean], shape);
    return out.op('Mul', [centred, inverseDeviation(out, variance, epsilon)], shape);
  }) satisfies Lowering<'batchNormScaleGrad'>,
  batchNormInputGrad: (({ out, inputs, attributes: { epsilon } }) => {
    const [x, dy, gamma, mean, variance, dgamma, dbeta] = inputs;
    const part = (value: OnnxValue): OnnxValue =>
      out.op('Mul', [value, out.scalar(-1 / valuesPerChannel(x.shape))], value.shape);
    const through = out.op('BatchNormalization', [x, part(dgamma), part(dbeta), mean, variance], x.shape, {
      epsilon: { float: epsilon },
    });
    const slope = out.op('Mul', [gamma, inverseDeviation(out, variance, epsilon)], gamma.shape);
    const sum = out.op('Add', [dy, through], x.shape);
    return out.op('Mul', [sum, perChannel(out, slope, x.shape.length)], x.shape);
  }) satisfies Lowering<'batchNormInputGrad'>,
};

/** Normalisations by a batch's own statistics, each in the place of its mean; the scale and shift stand before it. */
export function trainingNorms(graph: Graph): Groups {
  const found = new Map<number, Node<'batchNorm'>>();
  for (const norm of graph.nodes) {
    if (!isOwn(norm)) continue;
    const [x, gamma, beta, mean, variance] = norm.inputs as [number, number, number, number, number];
    const own = graph.nodes[variance]?.inputs.join() === `${x},${mean}`;
    if (own && !found.has(mean) && gamma < mean && beta < mean) found.set(mean, norm);
  }
  const before = statisticsBefore([...found.values()]);
  const groupOf = (norm: Node<'batchNorm'>, i: number): Group => ({
    nodes: [norm, ...norm.inputs.slice(3).map((id) => graph.nodes[id] as Node)],
    write: (out, valueOf) => normalised(out, norm, { valueOf, before: before(out, i) }),
  });
  return new Map([...found.entries()].map(([mean, norm], i) => [mean, groupOf(norm, i)]));
}

function isOwn(node: Node): node is Node<'batchNorm'> {
  return node.op === 'batchNorm' && (node as Node<'batchNorm'>).attributes.ofBatch;
}

/**
 * Mean and variance that the op is given: zeros, which it writes over, so that no two may be the same. They are parts of one
 * vector, cut by one op.
 */
function statisticsBefore(norms: readonly Node[]): (out: OnnxWriter, i: number) => readonly OnnxValue[] {
  const sizes = norms.flatMap(({ shape: [, channels = 1] }) => [channels, channels]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let parts: readonly OnnxValue[] | undefined;
  return (out, i) => {
    parts ??= out.ops(
      'Split',
      [out.floats([total], new Float32Array(total)), out.ints(sizes)],
      sizes.map((size) => [size]),
      { axis: 0 },
    );
    return parts.slice(2 * i, 2 * i + 2);
  };
}

interface Surroundings {
  readonly valueOf: ValueOf;
  readonly before: readonly OnnxValue[];
}

/** The op's running statistics, with all weight on the batch, are those of the batch. */
function normalised(
  out: OnnxWriter,
  { id, inputs, shape, attributes: { epsilon } }: Node<'batchNorm'>,
  { valueOf, before }: Surroundings,
): ReadonlyMap<number, OnnxValue> {
  const [x, gamma, beta] = inputs.slice(0, 3).map(valueOf) as [OnnxValue, OnnxValue, OnnxValue];
  const results = out.ops(
    'BatchNormalization',
    [x, gamma, beta, ...before],
    [shape, gamma.shape, gamma.shape],
    { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: 1 },
  );
  const ids = [id, inputs[3] ?? -1, inputs[4] ?? -1];
  return new Map(results.map((value, i) => [ids[i] ?? -1, value]));
}
