/**
 * A downstream model on features and covariates that are given, as a graph.
 */
import { Builder } from '../../ir/builder.js';
import type { Graph, Value } from '../../ir/graph.js';
import type { Fused, FusionInputs } from '../fusion/fusion.js';
import { PREDICTED } from '../head-graph.js';
import type { ModelPlan } from './model-plan.js';
import { standardise, type Part } from './standardise.js';

/** Name of the output that holds what the head reads. */
export const FUSED = 'fused';

/** Inputs `features` and `covariates`, where the model has such parts, and the head's own; outputs `loss` and metrics. */
export function lossGraph(plan: ModelPlan, rows: number): Graph {
  const builder = new Builder();
  const { fused, loss: fusing } = fuse(builder, plan, rows);
  const targets = Object.fromEntries(
    plan.head.inputs(rows).map(({ name, shape, dtype }) => [name, builder.input(name, shape, dtype)]),
  );
  const { loss, metrics } = plan.head.loss(builder, fused, targets);
  builder.output('loss', fusing === undefined ? loss : builder.add(loss, fusing));
  for (const [name, output] of Object.entries(metrics)) builder.output(name, output);
  return builder.build();
}

/** Outputs `predicted/…` of each row. */
export function predictionGraph(plan: ModelPlan, rows: number): Graph {
  const builder = new Builder();
  const predictions = plan.head.predict(builder, fuse(builder, plan, rows).fused);
  for (const [name, output] of Object.entries(predictions)) builder.output(PREDICTED + name, output);
  return builder.build();
}

/** Output `fused`. */
export function fusedGraph(plan: ModelPlan, rows: number): Graph {
  const builder = new Builder();
  builder.output(FUSED, fuse(builder, plan, rows).fused);
  return builder.build();
}

function fuse(builder: Builder, { fusion, columns }: ModelPlan, rows: number): Fused {
  const part = (name: Part): Value | undefined =>
    columns[name] === 0 ? undefined : standardise(builder, name, builder.input(name, [rows, columns[name]]));
  const [features, covariates] = [part('features'), part('covariates')];
  const inputs: FusionInputs = { ...(features && { features }), ...(covariates && { covariates }) };
  return fusion.fuse(builder, inputs);
}
