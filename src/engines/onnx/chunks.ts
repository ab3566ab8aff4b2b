/**
 * Elementwise work on long vectors, in pieces that stay in the processor's cache.
 *
 * The optimiser's update of a large parameter is a dozen elementwise ops. Run one after another they carry vectors of
 * tens of megabytes to memory and back each time. A `Scan` over pieces of the same vectors runs all of them on a piece
 * before it turns to the next; it hands out views of its inputs and writes its outputs in place.
 */
import type { Graph, Node } from '../../ir/graph.js';
import { elementwise } from './lowerings/elementwise.js';
import { reshape } from './lowerings/shaping.js';
import { graphProto, valueInfo } from './model.js';
import { TensorProto_DataType as Type } from './proto/onnx_pb.js';
import { ABSENT, OnnxWriter, type OnnxValue, type ValueOf } from './writer.js';

/** Shorter vectors stay in the cache as they are. */
const LONG = 2 ** 19;
/**
 * Values in a piece: a few pieces of vectors at once are to fit the processor's cache. Of 2¹⁶ values the runtime lets one thread do
 * all, and starting the operations takes a quarter of the time.
 */
const MOST = 2 ** 18;
const FEWEST = 2 ** 12;
/** Fewer ops than this are not worth a `Scan`. */
const FEWEST_OPS = 3;

/** Elementwise nodes that are run together, piece by piece. */
export interface Region {
  /** In the graph's order. */
  readonly nodes: readonly Node[];
  /** Vectors from outside. */
  readonly inputs: readonly number[];
  /** Nodes that something outside reads. */
  readonly outputs: readonly number[];
  readonly length: number;
  readonly piece: number;
}

/** Regions by the id of their last node: there all their inputs are known, and nothing has read them yet. */
export function regionsOf(graph: Graph): ReadonlyMap<number, Region> {
  const found = new Map<number, Region>();
  for (const nodes of components(graph)) {
    const region = regionOf(graph, nodes);
    if (region) found.set(nodes[nodes.length - 1]?.id ?? -1, region);
  }
  return found;
}

function regionOf(graph: Graph, nodes: readonly Node[]): Region | undefined {
  const length = nodes[0]?.shape[0] ?? 0;
  const piece = pieceOf(length);
  if (nodes.length < FEWEST_OPS || piece === undefined) return undefined;
  const inside = new Set(nodes.map(({ id }) => id));
  const read = nodes.flatMap((node) => node.inputs);
  const inputs = [...new Set(read)].filter((id) => !inside.has(id) && graph.nodes[id]?.shape.length === 1);
  const asked = new Set([...Object.values(graph.outputs), ...Object.values(graph.updates)]);
  const last = nodes[nodes.length - 1]?.id ?? -1;
  for (const node of graph.nodes) {
    if (inside.has(node.id)) continue;
    for (const id of node.inputs) {
      if (!inside.has(id)) continue;
      if (node.id < last) return undefined;
      asked.add(id);
    }
  }
  return { nodes, inputs, outputs: nodes.map(({ id }) => id).filter((id) => asked.has(id)), length, piece };
}

/** The largest divisor that is a good piece. */
function pieceOf(length: number): number | undefined {
  for (let piece = MOST; piece >= FEWEST; piece--) if (length % piece === 0) return piece;
  return undefined;
}

function chunkable(graph: Graph, node: Node): boolean {
  const [length = 0] = node.shape;
  if (!(node.op in elementwise) || node.dtype !== 'f32' || node.shape.length !== 1 || length < LONG)
    return false;
  return node.inputs.every((id) => {
    const input = graph.nodes[id];
    return input?.dtype === 'f32' && (input.shape.length === 0 || input.shape.join() === node.shape.join());
  });
}

/**
 * Chunkable nodes that read one another. Nodes between which something else stands are kept apart by their stage: how
 * many times the longest way to them leaves chunkable nodes.
 */
function components(graph: Graph): Node[][] {
  const stages: number[] = [];
  const member = new Map<number, Node[]>();
  for (const node of graph.nodes) {
    const inside = chunkable(graph, node);
    const stage = Math.max(
      0,
      ...node.inputs.map((id) => (stages[id] ?? 0) + (!inside && member.has(id) ? 1 : 0)),
    );
    stages.push(stage);
    if (!inside) continue;
    const joined = new Set(
      node.inputs
        .flatMap((id) => (stages[id] === stage ? [member.get(id) ?? []] : []))
        .filter((l) => l.length > 0),
    );
    const component = [...joined].flat();
    component.push(node);
    for (const { id } of component) member.set(id, component);
  }
  return [...new Set(member.values())].map((nodes) => [...nodes].sort((a, b) => a.id - b.id));
}

/**
 * Writes a region; `valueOf` knows what stands before it. Returns the value of each of its outputs. Inside, values have the
 * shapes of whole vectors, though pieces of them are what is seen.
 */
export function writeRegion(
  out: OnnxWriter,
  { nodes, inputs, outputs, length, piece }: Region,
  valueOf: ValueOf,
  lower: (out: OnnxWriter, node: Node, valueOf: ValueOf) => OnnxValue,
): ReadonlyMap<number, OnnxValue> {
  const body = new OnnxWriter(`${out.fresh('piece')}/`);
  const whole = [length];
  const values = new Map(
    inputs.map((id): [number, OnnxValue] => [id, { name: body.fresh('seen'), shape: whole }]),
  );
  const inside = (id: number): OnnxValue => values.get(id) ?? valueOf(id);
  for (const node of nodes) values.set(node.id, lower(body, node, inside));
  const seen = inputs.map((id) => valueInfo(inside(id).name, Type.FLOAT, [piece]));
  // A value may leave under one name only.
  const left = outputs.map((id) => body.copy(inside(id), body.fresh('result')));
  const graph = graphProto(
    'piece',
    body,
    seen,
    left.map(({ name }) => valueInfo(name, Type.FLOAT, [piece])),
  );
  const rows = [length / piece, piece];
  // The constant stands before the inputs' nodes also where there are none.
  const target = out.ints(rows);
  const results = out.ops(
    'Scan',
    inputs.map((id) => out.op('Reshape', [valueOf(id), target], rows)),
    outputs.map(() => rows),
    { body: { graph }, num_scan_inputs: inputs.length },
  );
  return new Map(outputs.map((id, i) => [id, reshape(out, results[i] ?? ABSENT, whole)]));
}
