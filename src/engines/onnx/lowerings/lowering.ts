/**
 * The contract of lowerings: a node of the graph, the ONNX values of its inputs, and the writer.
 */
import type { Graph, Node } from '../../../ir/graph.js';
import type { OpAttributes, OpName } from '../../../ir/ops/index.js';
import type { OnnxValue, OnnxWriter, ValueOf } from '../writer.js';
import { reshape } from './shaping.js';

type V = OnnxValue;

export interface LoweringSite<K extends OpName> {
  readonly out: OnnxWriter;
  readonly node: Node<K>;
  readonly attributes: OpAttributes[K];
  /** The op's inputs; lowerings read as many as it has. */
  readonly inputs: readonly [V, V, V, V, V, V, V, ...V[]];
}

/** Writes the nodes that compute an op, and returns the result. */
export type Lowering<K extends OpName> = (site: LoweringSite<K>) => OnnxValue;

/** A row per op, leaves apart: those are named by whoever writes the graph. */
export type Lowerings = { readonly [K in Exclude<OpName, 'input' | 'parameter'>]: Lowering<K> } & {
  /** Nodes of a graph that are not written one by one. */
  readonly together?: (graph: Graph) => Groups;
};

/** Nodes that are written together, and what writes them, which knows all that stands before their place. */
export interface Group {
  readonly nodes: readonly Node[];
  /** Returns the values of those that others read. */
  readonly write: (out: OnnxWriter, valueOf: ValueOf) => ReadonlyMap<number, OnnxValue>;
}

/** Groups by the id of the node in whose place they are written. */
export type Groups = ReadonlyMap<number, Group>;

export const MICROSOFT = { domain: 'com.microsoft' } as const;
/** Kernels for channels in blocks. */
export const BLOCKED = { domain: 'com.microsoft.nchwc' } as const;

/** All padding values before, then all after, as ONNX wants them. */
export function onnxPads(padding: readonly (readonly [number, number])[]): number[] {
  return [...padding.map(([before]) => before), ...padding.map(([, after]) => after)];
}

/** `[C]` → `[C, 1, ...]`, to broadcast against `[N, C, ...spatial]`. */
export function perChannel(out: OnnxWriter, value: OnnxValue, rank: number): OnnxValue {
  const ones = Array.from({ length: rank - 2 }, () => 1);
  return reshape(out, value, [...value.shape, ...ones]);
}
