/**
 * Running averages of a training step, which batch normalisation keeps for each channel: running ← keep · running + weight ·
 * current. Where all states of a network are such averages with the same two factors, they are moved as one vector, by three
 * ops instead of three for each.
 */
import type { Builder } from '../ir/builder.js';
import type { Graph, Node, Value } from '../ir/graph.js';
import type { Packing } from './packing.js';

interface Average {
  readonly keep: number;
  readonly weight: number;
  /** Node of the value that is averaged, by state. */
  readonly current: ReadonlyMap<string, number>;
}

/** Undefined where a state is updated otherwise, or not at all. */
export function averageOf(graph: Graph, states: Packing): Average | undefined {
  const current = new Map<string, number>();
  let factors: readonly [keep: number, weight: number] | undefined;
  for (const { name } of states.slots) {
    const found = averaged(graph, name);
    if (!found) return undefined;
    factors ??= [found.keep, found.weight];
    if (found.keep !== factors[0] || found.weight !== factors[1]) return undefined;
    current.set(name, found.current);
  }
  return factors && { keep: factors[0], weight: factors[1], current };
}

/** The averages after a step; `current` holds their current values in one vector. */
export function moved(b: Builder, { keep, weight }: Average, states: Value, current: Value): Value {
  return b.add(b.mul(states, b.scalar(keep)), b.mul(current, b.scalar(weight)));
}

function averaged(graph: Graph, name: string) {
  const sum = graph.nodes[graph.updates[name] ?? -1];
  if (sum?.op !== 'add') return undefined;
  const [kept, added] = sum.inputs.map((id) => timesScalar(graph, graph.nodes[id]));
  const running = graph.nodes[kept?.value ?? -1];
  const own = running?.op === 'parameter' && (running as Node<'parameter'>).attributes.name === name;
  return own && kept && added ? { keep: kept.factor, weight: added.factor, current: added.value } : undefined;
}

function timesScalar(graph: Graph, node: Node | undefined) {
  const [value = -1, factor = -1] = node?.op === 'mul' ? node.inputs : [];
  const constant = graph.nodes[factor];
  if (constant?.op !== 'constant' || constant.shape.length > 0) return undefined;
  return { value, factor: (constant as Node<'constant'>).attributes.data[0] ?? NaN };
}
