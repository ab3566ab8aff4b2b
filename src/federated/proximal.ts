/**
 * FedProx (Li et al. 2020, arXiv:1812.06127): a site's loss plus μ/2 times the squared distance of its weights from the server's.
 *
 * The server's weights enter the program as states that nothing updates, so that a site trains many steps in one call, on any engine
 * and with any optimiser.
 */
import type { TensorMap } from '../core/tensor.js';
import { Builder } from '../ir/builder.js';
import type { Graph, Value } from '../ir/graph.js';
import { present } from '../core/errors.js';
import type { TrainingProgram } from '../engines/engine.js';

const PREFIX = 'anchor.';
const ZERO = { kind: 'constant', value: 0 } as const;

/** The program with the term over the parameters `names`; its output `loss` holds it. */
export function proximal(program: TrainingProgram, mu: number, names: ReadonlySet<string>): TrainingProgram {
  const { train, evaluate } = program;
  return { ...program, train: withTerm(train, mu, names), evaluate: withAnchors(evaluate, names).build() };
}

/** States of the term, from the server's weights. */
export function anchorsOf(weights: TensorMap): TensorMap {
  return Object.fromEntries(Object.entries(weights).map(([name, value]) => [PREFIX + name, value]));
}

function withTerm(graph: Graph, mu: number, names: ReadonlySet<string>): Graph {
  const b = withAnchors(graph, names);
  const held = graph.parameters.filter(({ name }) => names.has(name));
  const squares = held.map(({ name, shape, initialiser }): Value => {
    const weight = b.parameter(name, shape, initialiser, { shared: true });
    const anchor = b.parameter(PREFIX + name, shape, ZERO, { shared: true, trainable: false });
    return b.reduceSum(
      b.square(b.sub(weight, anchor)),
      shape.map((_, axis) => axis),
    );
  });
  const distance = squares.reduce((sum, square) => b.add(sum, square), b.scalar(0));
  const loss = b.value(present(graph.outputs['loss'], 'a loss'));
  const total = b.add(loss, b.mul(distance, b.scalar(mu / 2)));
  const built = b.build();
  return { ...built, outputs: { ...built.outputs, loss: total.id } };
}

function withAnchors(graph: Graph, names: ReadonlySet<string>): Builder {
  const b = new Builder(graph);
  for (const { name, shape } of graph.parameters)
    if (names.has(name)) b.parameter(PREFIX + name, shape, ZERO, { trainable: false });
  return b;
}
