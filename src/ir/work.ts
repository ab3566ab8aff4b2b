/**
 * Work of one run of a graph by kind, from its shapes alone; input of the prediction of time (src/pretrain/latency.ts).
 *
 * A multiply-accumulate costs least in the wide products of pointwise convolutions, more if values are first gathered
 * under a kernel, and most in grouped convolutions, which hardly reuse the values that they read.
 */
import { sizeOf } from '../core/tensor.js';
import type { Graph, Node } from './graph.js';
import { definitionOf, type OpName } from './ops/index.js';

/** Multiply-accumulates, values and bytes in millions; groups and ops one by one. */
export interface Work {
  /** Multiply-accumulates of convolutions without groups, with a kernel of more than one place. */
  readonly dense: number;
  /** Multiply-accumulates of convolutions with a kernel of one place, and of matrix products. */
  readonly pointwise: number;
  /** Multiply-accumulates of grouped and depthwise convolutions. */
  readonly grouped: number;
  /** Number of groups of those convolutions: a kernel may run once for each. */
  readonly groups: number;
  /** Values gathered under the kernels of convolutions without groups. */
  readonly gathered: number;
  /** Bytes that all ops read and write. */
  readonly bytes: number;
  readonly ops: number;
}

export const workKinds = [
  'dense',
  'pointwise',
  'grouped',
  'groups',
  'gathered',
  'bytes',
  'ops',
] as const satisfies readonly (keyof Work)[];

/** Ops that compute nothing when the graph runs. */
const IDLE: ReadonlySet<OpName> = new Set<OpName>(['input', 'parameter', 'constant', 'reshape']);

/**
 * Ops that were composed of others once, counted as these are: models of time that were fitted then still hold for their
 * searches. Values read and written are `passes` times those of the input, and `scalars`.
 */
const COMPOSED: { readonly [Op in OpName]?: { readonly ops: number; passes: number; scalars: number } } = {
  gelu: { ops: 5, passes: 11, scalars: 3 },
  hardswish: { ops: 5, passes: 11, scalars: 4 },
};

export function workOf(graph: Graph): Work {
  const work = { dense: 0, pointwise: 0, grouped: 0, groups: 0, gathered: 0, bytes: 0, ops: 0 };
  for (const node of graph.nodes) {
    if (IDLE.has(node.op)) continue;
    const inputs = node.inputs.map((id) => graph.nodes[id] as Node);
    const composed = COMPOSED[node.op];
    const values =
      composed === undefined
        ? inputs.reduce((sum, { shape }) => sum + sizeOf(shape), sizeOf(node.shape))
        : composed.passes * sizeOf(node.shape) + composed.scalars;
    work.ops += composed?.ops ?? 1;
    work.bytes += (4 * values) / 1e6;
    const macs = (definitionOf(node.op).macs?.(inputs, node.attributes, node) ?? 0) / 1e6;
    const filter = node.op === 'conv' ? (inputs[1]?.shape ?? []) : [];
    const single = sizeOf(filter.slice(2)) === 1;
    const groups = node.op === 'conv' ? (node as Node<'conv'>).attributes.groups : 1;
    if (groups > 1) {
      work.grouped += macs;
      work.groups += groups;
    } else if (single) work.pointwise += macs;
    else {
      work.dense += macs;
      work.gathered += macs / (filter[0] ?? 1);
    }
  }
  return work;
}
