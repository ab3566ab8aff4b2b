/**
 * The part of a graph that its outputs need: what only other values need goes, inputs and parameters among it.
 */
import type { Graph, Node } from './graph.js';

export function neededPart(graph: Graph): Graph {
  const needed = new Set<number>(Object.values(graph.outputs));
  for (const { id, inputs } of graph.nodes.toReversed()) {
    if (needed.has(id)) for (const input of inputs) needed.add(input);
  }
  const kept = graph.nodes.filter(({ id }) => needed.has(id));
  const ids = new Map(kept.map(({ id }, place) => [id, place]));
  const place = (id: number): number => ids.get(id) ?? -1;
  const names = new Set(kept.flatMap((node) => nameOf(node) ?? []));
  return {
    nodes: kept.map((node) => ({ ...node, id: place(node.id), inputs: node.inputs.map(place) })),
    inputs: graph.inputs.filter(({ name }) => names.has(name)),
    parameters: graph.parameters.filter(({ name }) => names.has(name)),
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, place(id)])),
    updates: {},
  };
}

/** Of an input or a parameter. */
function nameOf({ op, attributes }: Node): string | undefined {
  return op === 'input' || op === 'parameter' ? (attributes as { readonly name: string }).name : undefined;
}
