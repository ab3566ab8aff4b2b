/**
 * Cost of a graph before anything runs: parameters, multiply-accumulates and the peak of memory held by
 * intermediate values when nodes run in order and each value is freed after its last use.
 */
import { sizeOf, type DType } from '../core/tensor.js';
import type { Graph, Node } from './graph.js';
import { definitionOf, type OpName } from './ops/index.js';

export interface Cost {
  /** Number of values of trainable parameters. */
  readonly params: number;
  readonly macs: number;
  /** Peak bytes of activations; parameters and constants are not counted. */
  readonly peakActivationBytes: number;
}

const BYTES: Readonly<Record<DType, number>> = { f32: 4, i64: 8, bool: 1 };

/** Ops without memory of their own: the output is a view, or lives as long as the graph does. */
const FREE: ReadonlySet<OpName> = new Set<OpName>(['parameter', 'constant', 'reshape']);

/** Ops whose gradient reads the factor on x, which engines keep beside the result. */
const WITH_FACTOR: ReadonlySet<OpName> = new Set<OpName>(['gelu', 'hardswish']);

/** Cost of one run of the graph: of a training step if the graph holds gradients. */
export function costOf(graph: Graph): Cost {
  const trainable = graph.parameters.filter((parameter) => parameter.trainable);
  return {
    params: trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    macs: graph.nodes.reduce((sum, node) => sum + macsOf(graph, node), 0),
    peakActivationBytes: peakActivationBytes(graph),
  };
}

function macsOf(graph: Graph, node: Node): number {
  const inputs = node.inputs.map((id) => graph.nodes[id] as Node);
  return definitionOf(node.op).macs?.(inputs, node.attributes, node) ?? 0;
}

/** Peak bytes of intermediate values; inputs count until their last use. */
function peakActivationBytes(graph: Graph): number {
  const owner = graph.nodes.map((node) => node.id);
  for (const node of graph.nodes) {
    if (node.op === 'reshape') owner[node.id] = owner[node.inputs[0] ?? 0] ?? 0;
  }
  const lastUse = graph.nodes.map((node) => node.id);
  for (const node of graph.nodes) for (const id of node.inputs) lastUse[owner[id] ?? id] = node.id;
  for (const id of [...Object.values(graph.outputs), ...Object.values(graph.updates)]) {
    lastUse[owner[id] ?? id] = graph.nodes.length;
  }
  const expiring = new Map<number, Node[]>();
  for (const node of graph.nodes) {
    const last = lastUse[node.id] ?? node.id;
    expiring.set(last, [...(expiring.get(last) ?? []), node]);
  }
  let live = 0;
  let peak = 0;
  for (const node of graph.nodes) {
    live += bytesOf(node);
    peak = Math.max(peak, live);
    for (const dead of expiring.get(node.id) ?? []) live -= bytesOf(dead);
  }
  return peak;
}

function bytesOf(node: Node): number {
  if (FREE.has(node.op)) return 0;
  return sizeOf(node.shape) * BYTES[node.dtype] * (WITH_FACTOR.has(node.op) ? 2 : 1);
}
