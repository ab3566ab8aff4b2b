/**
 * A graph as text, one node a line: `%3 = conv(%0, %2) {groups: 1, …} : f32[2, 16, 8, 8, 8]`.
 */
import type { Graph, Node } from './graph.js';

export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map((node) => printNode(node));
  for (const [name, id] of Object.entries(graph.outputs)) lines.push(`output ${name} = %${id}`);
  for (const [name, id] of Object.entries(graph.updates)) lines.push(`update ${name} = %${id}`);
  return lines.join('\n');
}

export function printNode(node: Node): string {
  const sources = node.inputs.map((id) => `%${id}`).join(', ');
  const attributes = Object.entries(node.attributes as Readonly<Record<string, unknown>>)
    .filter(([key]) => key !== 'shape' && key !== 'dtype')
    .map(([key, value]) => `${key}: ${text(value)}`)
    .join(', ');
  const suffix = attributes === '' ? '' : ` {${attributes}}`;
  return `%${node.id} = ${node.op}(${sources})${suffix} : ${node.dtype}[${node.shape.join(', ')}]`;
}

function text(value: unknown): string {
  if (ArrayBuffer.isView(value)) return text(Array.from(value as unknown as ArrayLike<number>));
  if (!Array.isArray(value)) return String(value);
  const shown = value.slice(0, 8).map(text).join(', ');
  return value.length > 8 ? `[${shown}, …]` : `[${shown}]`;
}
