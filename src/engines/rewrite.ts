/**
 * Copies a graph into a builder, with its parameters read from somewhere else. Nodes on which nothing that is
 * asked for depends are left out.
 */
import { present } from '../core/errors.js';
import type { Builder } from '../ir/builder.js';
import type { Graph, Node, Value } from '../ir/graph.js';

/**
 * Copies what `wanted` (node ids) needs. Inputs are declared anew; `parameter` gives the value that stands for each
 * parameter. Returns the copy of each wanted node.
 */
export function copyInto(
  b: Builder,
  graph: Graph,
  wanted: readonly number[],
  parameter: (name: string) => Value,
): (id: number) => Value {
  const needed = ancestorsOf(graph, wanted);
  const copies = new Map<number, Value>();
  const copyOf = (id: number): Value => present(copies.get(id), `node ${id} was not copied`);
  for (const node of graph.nodes) {
    // Inputs stay even where nothing reads them: feeds are checked against them.
    if (!needed.has(node.id) && node.op !== 'input') continue;
    copies.set(node.id, copyNode(b, node, copyOf, parameter));
  }
  return copyOf;
}

function copyNode(
  b: Builder,
  node: Node,
  copyOf: (id: number) => Value,
  parameter: (name: string) => Value,
): Value {
  if (node.op === 'input') {
    const { name, shape, dtype } = (node as Node<'input'>).attributes;
    return b.input(name, shape, dtype);
  }
  if (node.op === 'parameter') return parameter((node as Node<'parameter'>).attributes.name);
  return b.node(node.op, node.inputs.map(copyOf), node.attributes);
}

function ancestorsOf(graph: Graph, wanted: readonly number[]): ReadonlySet<number> {
  const needed = new Set(wanted);
  for (const node of [...graph.nodes].reverse()) {
    if (needed.has(node.id)) for (const id of node.inputs) needed.add(id);
  }
  return needed;
}
