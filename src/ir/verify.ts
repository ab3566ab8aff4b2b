/**
 * Verifier of graphs after a pass: order, references, and every node's shape and type against its op's rule.
 */
import type { Graph, Node } from './graph.js';
import { definitionOf } from './ops/index.js';
import { printNode } from './print.js';

/** Returns the graph, or throws naming the offending node. */
export function verify(graph: Graph): Graph {
  graph.nodes.forEach((node, position) => {
    verifyNode(graph, node, position);
  });
  const parameters = new Map(graph.parameters.map((parameter) => [parameter.name, parameter]));
  for (const [name, id] of Object.entries(graph.outputs)) {
    if (!graph.nodes[id]) throw new Error(`output ${name} refers to node ${id}, which does not exist`);
  }
  for (const [name, id] of Object.entries(graph.updates)) {
    const shape = graph.nodes[id]?.shape;
    if (parameters.get(name)?.shape.join() !== shape?.join()) {
      throw new Error(`update of ${name} refers to node ${id} of shape [${shape?.join(', ') ?? 'none'}]`);
    }
  }
  return graph;
}

function verifyNode(graph: Graph, node: Node, position: number): void {
  const offend = (problem: string, cause?: unknown): never => {
    throw new Error(`${printNode(node)}: ${problem}`, { cause });
  };
  if (node.id !== position) offend(`stands at ${position}`);
  const inputs = node.inputs.map((id) => {
    const source = graph.nodes[id];
    if (!source || id >= position) return offend(`reads node ${id}, which does not stand before it`);
    return source;
  });
  let inferred;
  try {
    inferred = definitionOf(node.op).infer(inputs, node.attributes);
  } catch (cause) {
    return offend(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (inferred.shape.join() !== node.shape.join() || inferred.dtype !== node.dtype) {
    offend(`its op gives ${inferred.dtype}[${inferred.shape.join(', ')}]`);
  }
}
