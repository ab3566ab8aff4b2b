/**
 * A graph as JSON and tensors: constants travel as tensors, everything else as text.
 */
import { sizeOf, intTensor, tensor, type AnyTensor } from '../../core/tensor.js';
import type { Graph, Node } from '../../ir/graph.js';

export interface GraphJson {
  readonly nodes: readonly object[];
  readonly outputs: Graph['outputs'];
  readonly updates: Graph['updates'];
}

export function graphJson({ nodes, outputs, updates }: Graph): GraphJson {
  const list = nodes.map(({ id, op, inputs, attributes, shape }) => ({
    id,
    op,
    inputs,
    shape,
    attributes: op === 'constant' ? {} : attributes,
  }));
  return { nodes: list, outputs, updates };
}

/** Constants by `PREFIX/ID`. One value stands for a tensor filled with it. */
export function constantsOf(prefix: string, { nodes }: Graph): Record<string, AnyTensor> {
  const constants = nodes.filter((node): node is Node<'constant'> => node.op === 'constant');
  return Object.fromEntries(
    constants.map(({ id, attributes: { shape, dtype, data } }): [string, AnyTensor] => {
      const own = data.length === sizeOf(shape) ? shape : [];
      const value =
        dtype === 'f32' ? tensor(own, Float32Array.from(data)) : intTensor(own, Int32Array.from(data));
      return [`${prefix}/${id}`, value];
    }),
  );
}
