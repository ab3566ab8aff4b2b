/**
 * Lowers a graph, node by node, through a device's table.
 */
import { present } from '../../core/errors.js';
import type { Graph, Node } from '../../ir/graph.js';
import type { OpName } from '../../ir/ops/index.js';
import { writeRegion, type Region } from './chunks.js';
import type { Lowering, Lowerings, LoweringSite } from './lowerings/lowering.js';
import type { OnnxWriter } from './writer.js';

export interface Leaves {
  /** ONNX name of an input of the graph. */
  readonly input: (name: string) => string;
  /** ONNX name of a parameter of the graph. */
  readonly parameter: (name: string) => string;
}

/** Writes all nodes; returns the ONNX name of each node's result. Nodes of `regions` are written region by region. */
export function lowerGraph(
  out: OnnxWriter,
  graph: Graph,
  table: Lowerings,
  leaves: Leaves,
  regions: ReadonlyMap<number, Region> = new Map(),
): (id: number) => string {
  const names: string[] = [];
  const nameOf = (id: number): string => present(names[id], `node ${id}`);
  const lower = (to: OnnxWriter, node: Node, named: (id: number) => string): string =>
    lowerNode(to, graph, node, named, table, leaves);
  const apart = new Set([...regions.values()].flatMap(({ nodes }) => nodes.map(({ id }) => id)));
  for (const node of graph.nodes) {
    const region = regions.get(node.id);
    if (region) for (const [id, name] of writeRegion(out, region, nameOf, lower)) names[id] = name;
    else if (!apart.has(node.id)) names[node.id] = lower(out, node, nameOf);
  }
  return nameOf;
}

function lowerNode(
  out: OnnxWriter,
  graph: Graph,
  node: Node,
  nameOf: (id: number) => string,
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
    inputs: node.inputs.map(nameOf),
    types: node.inputs.map((id) => graph.nodes[id]),
  } as unknown as LoweringSite<OpName>);
}
