/**
 * A graph, op by op, in TensorFlow.js.
 */
import { present } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Graph, Node } from '../../ir/graph.js';
import type { OpName } from '../../ir/ops/index.js';
import { kernels } from './kernels/index.js';
import { mutable, type Kernel, type Site, type T, type Tf } from './kernels/kernel.js';

/** Inputs and parameters by name. */
export type Leaves = (name: string) => T;

/** Computes what `wanted` (node ids) need, within the caller's `tidy`; returns the value of each. */
export function interpret(
  tf: Tf,
  graph: Graph,
  wanted: readonly number[],
  leaves: Leaves,
): (id: number) => T {
  const needed = ancestorsOf(graph, wanted);
  const values = new Map<number, T>();
  const valueOf = (id: number): T => present(values.get(id), `the value of node ${id}`);
  for (const node of graph.nodes) {
    if (needed.has(node.id)) values.set(node.id, compute(tf, node, valueOf, leaves));
  }
  return valueOf;
}

function compute(tf: Tf, node: Node, valueOf: (id: number) => T, leaves: Leaves): T {
  if (node.op === 'input' || node.op === 'parameter') {
    return leaves((node as Node<'input' | 'parameter'>).attributes.name);
  }
  if (node.op === 'constant') return constantOf(tf, node as Node<'constant'>);
  const kernel = kernels[node.op] as Kernel<OpName>;
  const inputs = node.inputs.map(valueOf) as unknown as Site<OpName>['inputs'];
  return kernel({ tf, inputs, attributes: node.attributes, shape: node.shape });
}

function constantOf(tf: Tf, { attributes: { shape, dtype, data } }: Node<'constant'>): T {
  const type = dtype === 'f32' ? 'float32' : 'int32';
  if (data.length !== sizeOf(shape)) return tf.fill(mutable(shape), data[0] ?? 0, type);
  const values = dtype === 'f32' ? Float32Array.from(data) : Int32Array.from(data);
  return tf.tensor(values, mutable(shape), type);
}

function ancestorsOf(graph: Graph, wanted: readonly number[]): ReadonlySet<number> {
  const needed = new Set(wanted);
  for (const node of [...graph.nodes].reverse()) {
    if (needed.has(node.id)) for (const id of node.inputs) needed.add(id);
  }
  return needed;
}
