/**
 * Lowers a graph, node by node, through a device's table.
 */
import { present } from '../../core/errors.js';
import { sameShape } from '../../core/tensor.js';
import type { Graph, Node } from '../../ir/graph.js';
import type { OpName } from '../../ir/ops/index.js';
import { writeRegion, type Region } from './chunks.js';
import type { Group, Lowering, Lowerings, LoweringSite } from './lowerings/lowering.js';
import type { OnnxValue, OnnxWriter, ValueOf } from './writer.js';

export interface Leaves {
  /** ONNX name of an input of the graph. */
  readonly input: (name: string) => string;
  /** ONNX name of a parameter of the graph. */
  readonly parameter: (name: string) => string;
}

/** Writes all nodes; returns their values. Nodes of `regions` are written region by region. */
export function lowerGraph(
  out: OnnxWriter,
  graph: Graph,
  table: Lowerings,
  leaves: Leaves,
  regions: ReadonlyMap<number, Region> = new Map(),
): ValueOf {
  const values: OnnxValue[] = [];
  const valueOf = (id: number): OnnxValue => present(values[id], `node ${id}`);
  const lower = (to: OnnxWriter, node: Node, known: ValueOf): OnnxValue => {
    const leaf = leafName(node, leaves);
    return leaf === undefined ? lowerNode(to, node, known, table) : { name: leaf, shape: node.shape };
  };
  const groups = new Map<number, Group>(table.together?.(graph));
  for (const [id, region] of regions) {
    const write: Group['write'] = (to, known) => writeRegion(to, region, known, lower);
    groups.set(id, { nodes: region.nodes, write });
  }
  const apart = new Set([...groups.values()].flatMap(({ nodes }) => nodes.map(({ id }) => id)));
  for (const node of graph.nodes) {
    const group = groups.get(node.id);
    if (group) for (const [id, value] of group.write(out, valueOf)) values[id] = value;
    else if (!apart.has(node.id)) values[node.id] = lower(out, node, valueOf);
  }
  return valueOf;
}

function leafName(node: Node, leaves: Leaves): string | undefined {
  if (node.op === 'input') return leaves.input((node as Node<'input'>).attributes.name);
  if (node.op === 'parameter') return leaves.parameter((node as Node<'parameter'>).attributes.name);
  return undefined;
}

function lowerNode(out: OnnxWriter, node: Node, valueOf: ValueOf, table: Lowerings): OnnxValue {
  const lowering = table[node.op as keyof Lowerings] as unknown as Lowering<OpName>;
  const { attributes } = node;
  const inputs = node.inputs.map(valueOf);
  const value = lowering({ out, node, attributes, inputs } as unknown as LoweringSite<OpName>);
  if (!sameShape(value.shape, node.shape))
    throw new Error(`${node.op} is lowered to [${value.shape.join(', ')}], not [${node.shape.join(', ')}]`);
  return value;
}
