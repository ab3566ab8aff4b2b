/**
 * Lowers a graph, node by node, through a device's table.
 */
import { present } from '../../core/errors.js';
import type { Graph, Node } from '../../ir/graph.js';
import type { OpName } from '../../ir/ops/index.js';
import type { Lowering, Lowerings, LoweringSite } from './lowerings/lowering.js';
import type { OnnxWriter } from './writer.js';

export interface Leaves {
  /** ONNX name of an input of the graph. */
  readonly input: (name: string) => string;
  /** ONNX name of a parameter of the graph. */
  readonly parameter: (name: string) => string;
}

/** Writes all nodes; returns the ONNX name of each node's result. */
export function lowerGraph(
  out: OnnxWriter,
  graph: Graph,
  table: Lowerings,
  leaves: Leaves,
): (id: number) => string {
  const names: string[] = [];
  for (const node of graph.nodes) names.push(lowerNode(out, graph, node, names, table, leaves));
  return (id) => present(names[id], `node ${id}`);
}

function lowerNode(
  out: OnnxWriter,
  graph: Graph,
  node: Node,
  names: readonly string[],
  table: Lowerings,
  leaves: Leaves,
): string {
  if (node.op === 'input') return leaves.input((node as Node<'input'>).attributes.name);
  if (node.op === 'parameter') return leaves.parameter((node as Node<'parameter'>).attributes.name);
  const lowering = table[node.op] as unknown as Lowering<OpName>;
  return lowering({
    out,
    node,
    attributes: node.attributes,
    inputs: node.inputs.map((id) => names[id]),
    types: node.inputs.map((id) => graph.nodes[id]),
  } as unknown as LoweringSite<OpName>);
}
