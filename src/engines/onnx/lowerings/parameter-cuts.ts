/**
 * Parameters cut out of the vectors that hold many of them (`packing.ts`), all of a vector by one op: a cut for each would
 * cost more than the copy that it makes.
 */
import type { Graph, Node } from '../../../ir/graph.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import type { Group, Groups } from './lowering.js';

interface Cut {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

/** Cuts of each vector, in the place of the first. */
export function parameterCuts(graph: Graph): Groups {
  const vectors = new Map<number, Cut[]>();
  for (const node of graph.nodes) {
    const cut = cutOf(graph, node);
    const vector = node.inputs[0] ?? -1;
    if (cut) vectors.set(vector, [...(vectors.get(vector) ?? []), cut]);
  }
  const groups = new Map<number, Group>();
  for (const [vector, cuts] of vectors) {
    const sorted = [...cuts].sort((a, b) => a.start - b.start);
    const apart = sorted.every(({ start }, i) => start >= (sorted[i - 1]?.end ?? 0));
    if (cuts.length < 2 || !apart) continue;
    groups.set(cuts[0]?.node.id ?? -1, {
      nodes: cuts.map(({ node }) => node),
      write: (out, valueOf) => allCuts(out, valueOf(vector), sorted),
    });
  }
  return groups;
}

function cutOf(graph: Graph, node: Node): Cut | undefined {
  const vector = graph.nodes[node.inputs[0] ?? -1];
  if (node.op !== 'slice' || vector?.op !== 'parameter' || vector.shape.length !== 1) return undefined;
  const { starts, ends, steps } = (node as Node<'slice'>).attributes;
  return steps[0] === 1 ? { node, start: starts[0] ?? 0, end: ends[0] ?? 0 } : undefined;
}

function allCuts(out: OnnxWriter, vector: OnnxValue, cuts: readonly Cut[]): ReadonlyMap<number, OnnxValue> {
  const pieces: { readonly size: number; readonly id?: number }[] = [];
  const [length = 0] = vector.shape;
  let place = 0;
  for (const { node, start, end } of cuts) {
    if (start > place) pieces.push({ size: start - place });
    pieces.push({ size: end - start, id: node.id });
    place = end;
  }
  if (place < length) pieces.push({ size: length - place });
  const sizes = pieces.map(({ size }) => size);
  const values = out.ops(
    'Split',
    [vector, out.ints(sizes)],
    sizes.map((size) => [size]),
    { axis: 0 },
  );
  return new Map(
    values.flatMap((value, i) => {
      const id = pieces[i]?.id;
      return id === undefined ? [] : [[id, value] as const];
    }),
  );
}
