/**
 * Factors on the learning rate, parameter by parameter.
 *
 * Frozen parameters become states that nothing updates, so that no gradient is built for them.
 */
import type { Graph } from '../ir/graph.js';
import type { TrainingProgram } from './engine.js';

/** The factor of a parameter. */
export function rateOf({ rates }: Pick<TrainingProgram, 'rates'>, parameter: string): number {
  return rates?.[parameter] ?? 1;
}

/** The program with its frozen parameters as states; itself where it freezes none. Throws where a factor is none. */
export function withFrozen(program: TrainingProgram): TrainingProgram {
  const rates = Object.entries(program.rates ?? {});
  const known = new Set(program.train.parameters.map(({ name }) => name));
  for (const [name, rate] of rates) {
    if (!known.has(name)) throw new Error(`rates: the train graph has no parameter ${name}`);
    if (!(rate >= 0 && rate < Infinity)) throw new Error(`rates: ${name} has the factor ${rate}`);
  }
  const frozen = new Set(rates.filter(([, rate]) => rate === 0).map(([name]) => name));
  if (frozen.size === 0) return program;
  return { ...program, train: freeze(program.train, frozen), evaluate: freeze(program.evaluate, frozen) };
}

function freeze(graph: Graph, frozen: ReadonlySet<string>): Graph {
  const parameters = graph.parameters.map((spec) =>
    frozen.has(spec.name) ? { ...spec, trainable: false, decay: false } : spec,
  );
  return { ...graph, parameters };
}
