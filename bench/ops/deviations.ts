/**
 * How far an engine is from the reference, which computes in double precision, on a case of an op: its values and those of
 * its derivative, and the gradients of an engine that differentiates by itself.
 */
import { differentiate, gradientName } from '../../src/autodiff/differentiate.js';
import type { TensorMap } from '../../src/core/tensor.js';
import type { Feeds } from '../../src/engines/engine.js';
import type { Graph } from '../../src/ir/graph.js';
import { prepare, type OpCase } from './op-case.js';
import { interpret } from './reference.js';

type Reference = ReturnType<typeof interpret>;

export type Compute = (graph: Graph, weights: TensorMap, feeds: Feeds) => Promise<TensorMap>;

/** An engine, as a case needs it. */
export interface OpEngine {
  readonly run: Compute;
  /** Gradients of the loss by the engine's own differentiation, where it has one. */
  readonly gradients?: Compute;
}

export interface Deviation {
  /** Name of an output, or of a parameter whose gradient the engine derived. */
  readonly name: string;
  /** Greatest difference, relative to the greatest magnitude (1 at least); NaN where the shape is another. */
  readonly difference: number;
}

/** Deviations of all outputs and gradients of a case. */
export async function deviationsOf(opCase: OpCase, engine: OpEngine): Promise<readonly Deviation[]> {
  const { graph, weights, feeds, leaves } = prepare(opCase);
  const whole = differentiate(graph, 'loss');
  const expected = interpret(whole, leaves);
  const values = await engine.run(whole, weights, feeds);
  const found = Object.keys(expected).map((name) => deviation(values, expected, name));
  if (engine.gradients === undefined || !graph.parameters.length || !differentiable(expected)) return found;
  const own = await engine.gradients(graph, weights, feeds);
  return [
    ...found,
    ...Object.keys(weights).map((name) => deviation(own, expected, name, gradientName(name))),
  ];
}

function deviation(actual: TensorMap, expected: Reference, name: string, as = name): Deviation {
  const { data, shape } = expected[as] ?? { data: new Float64Array(), shape: [NaN] };
  const other = actual[name];
  if (other?.shape.join() !== shape.join()) return { name, difference: NaN };
  const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (other.data[i] ?? NaN))), 0);
  return { name, difference: worst / scale };
}

/** True if any gradient is not zero: TensorFlow.js refuses to differentiate what depends on no parameter. */
const differentiable = (expected: Reference): boolean =>
  Object.entries(expected).some(
    ([name, { data }]) => name.startsWith('gradient/') && data.some((value) => value !== 0),
  );
