/**
 * What a lowering sees: a node of the graph, the names of its inputs in ONNX, and the writer.
 */
import type { Node } from '../../../ir/graph.js';
import type { TensorType } from '../../../ir/ops/op.js';
import type { OpAttributes, OpName } from '../../../ir/ops/index.js';
import type { OnnxWriter } from '../writer.js';

export interface LoweringSite<K extends OpName> {
  readonly out: OnnxWriter;
  readonly node: Node<K>;
  readonly attributes: OpAttributes[K];
  /** ONNX names of the inputs; lowerings read as many as the op has. */
  readonly inputs: readonly [string, string, string, string, string, string, string, ...string[]];
  /** Their types. */
  readonly types: readonly [TensorType, TensorType, TensorType, ...TensorType[]];
}

/** Writes the nodes that compute an op, and returns the name of the result. */
export type Lowering<K extends OpName> = (site: LoweringSite<K>) => string;

/** A row per op, leaves apart: those are named by whoever writes the graph. */
export type Lowerings = { readonly [K in Exclude<OpName, 'input' | 'parameter'>]: Lowering<K> };

export const MICROSOFT = { domain: 'com.microsoft' } as const;
/** Kernels for channels in blocks. */
export const BLOCKED = { domain: 'com.microsoft.nchwc' } as const;

/** All padding values before, then all after, as ONNX wants them. */
export function onnxPads(padding: readonly (readonly [number, number])[]): number[] {
  return [...padding.map(([before]) => before), ...padding.map(([, after]) => after)];
}

/** `[C]` → `[C, 1, ...]`, to broadcast against `[N, C, ...spatial]`. */
export function perChannel(out: OnnxWriter, value: string, rank: number): string {
  return out.op('Reshape', [value, out.ints([-1, ...Array.from({ length: rank - 2 }, () => 1)])]);
}
