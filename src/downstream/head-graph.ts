/**
 * A head as a graph of its own, on features that are given.
 */
import { UserError } from '../core/errors.js';
import { Builder } from '../ir/builder.js';
import type { Graph } from '../ir/graph.js';
import type { HeadPlan } from './head.js';

/** What stands before the names of predictions among the outputs. */
export const PREDICTED = 'predicted/';

/** Inputs `features` `[rows, columns]` and the head's own; outputs `loss`, metrics and, where asked for, predictions. */
export function headGraph(plan: HeadPlan, rows: number, columns: number, predict: boolean): Graph {
  const builder = new Builder();
  const features = builder.input('features', [rows, columns]);
  const targets = Object.fromEntries(
    plan.inputs(rows).map(({ name, shape, dtype }) => [name, builder.input(name, shape, dtype)]),
  );
  const { loss, metrics } = plan.loss(builder, features, targets);
  builder.output('loss', loss);
  for (const [name, output] of Object.entries(metrics)) builder.output(name, output);
  const predictions = predict ? plan.predict(builder, features) : {};
  for (const [name, output] of Object.entries(predictions)) builder.output(PREDICTED + name, output);
  return builder.build();
}

/** Input `features` `[rows, columns]`, outputs what the head tells of each row, under their own names. */
export function toldGraph(plan: HeadPlan, rows: number, columns: number): Graph {
  const builder = new Builder();
  const predictions = plan.predict(builder, builder.input('features', [rows, columns]));
  for (const [name, output] of Object.entries(predictions)) builder.output(name, output);
  return builder.build();
}

/** Refuses, in one line, a head whose graph (with predictions) breaks the contract. */
export function checkHeadGraph(name: string, plan: HeadPlan, graph: Graph): void {
  const refuse = (problem: string): never => {
    throw new UserError({
      subject: `head ${name}`,
      problem,
      fix: 'correct the head; docs/adding-a-head.md shows one',
    });
  };
  const rows = graph.inputs.find((input) => input.name === 'features')?.shape[0];
  for (const [output, id] of Object.entries(graph.outputs)) {
    const shape = graph.nodes[id]?.shape ?? [];
    if (output.startsWith(PREDICTED)) {
      const told = output.slice(PREDICTED.length);
      if (shape[0] !== rows)
        refuse(`prediction "${told}" has the shape [${shape.join(', ')}] for ${rows} rows`);
    } else if (shape.length > 0) refuse(`"${output}" must be a single number, got [${shape.join(', ')}]`);
  }
  if (graph.outputs[plan.metric] === undefined) {
    refuse(`its metric "${plan.metric}" is none of ${Object.keys(graph.outputs).join(', ')}`);
  }
  const foreign = graph.parameters.find((parameter) => !parameter.name.startsWith('head.'));
  if (foreign !== undefined) refuse(`its parameter "${foreign.name}" must be named head.…`);
}
