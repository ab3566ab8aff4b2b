/**
 * A downstream model as a graph: on scans, or on features and covariates that are given.
 */
import { UserError } from '../../../core/errors.js';
import { Builder } from '../../../ir/builder.js';
import type { Graph, Value } from '../../../ir/graph.js';
import { encoderPrefix } from '../../../pretrain/program.js';
import type { Fused, FusionInputs } from '../../fusion/fusion.js';
import { PREDICTED } from '../../head-graph.js';
import { encodedScans } from '../encode.js';
import { fairnessInputs, fairnessTerm, GAP } from './fairness-term.js';
import type { ModelPlan } from './plan.js';
import { standardise, type Part } from './standardise.js';

/** Name of the output that holds what the head reads. */
export const FUSED = 'fused';

/**
 * Outputs `loss` and metrics. Inputs: `features` or, for training with an encoder, `scans`; `covariates`; those of the head and
 * of the constraint on fairness.
 */
export function lossGraph(plan: ModelPlan, rows: number, training: boolean): Graph {
  const builder = new Builder();
  const { fused, loss: fusing } = fuse(builder, plan, rows, training);
  const targets = Object.fromEntries(
    plan.head.inputs(rows).map(({ name, shape, dtype }) => [name, builder.input(name, shape, dtype)]),
  );
  const { loss, metrics } = plan.head.loss(builder, fused, targets);
  const terms = [loss, ...(fusing === undefined ? [] : [fusing])];
  for (const [name, output] of Object.entries(metrics)) builder.output(name, output);
  if (plan.fairness !== undefined) {
    const inputs = fairnessInputs(builder, plan.fairness, rows);
    const probabilities = probabilitiesOf(builder, plan, fused);
    const { gap, term } = fairnessTerm(builder, plan.fairness, { ...inputs, probabilities }, training);
    builder.output(GAP, gap);
    terms.push(term);
  }
  builder.output(
    'loss',
    terms.reduce((sum, term) => builder.add(sum, term)),
  );
  return builder.build();
}

/** Outputs `predicted/…` of each row of features and covariates. */
export function predictionGraph(plan: ModelPlan, rows: number): Graph {
  const builder = new Builder();
  const predictions = plan.head.predict(builder, fuse(builder, plan, rows, false).fused);
  for (const [name, output] of Object.entries(predictions)) builder.output(PREDICTED + name, output);
  return builder.build();
}

/** Output `fused` of each row of features and covariates. */
export function fusedGraph(plan: ModelPlan, rows: number): Graph {
  const builder = new Builder();
  builder.output(FUSED, fuse(builder, plan, rows, false).fused);
  return builder.build();
}

function fuse(builder: Builder, plan: ModelPlan, rows: number, training: boolean): Fused {
  const { fusion, columns, encoder, early } = plan;
  const given = (part: Part): Value => builder.input(part, [rows, columns[part]]);
  const scanned = (): Value => {
    if (encoder === undefined || !training) return given('features');
    const options = { training: encoder.ofBatch, prefix: encoderPrefix };
    return encodedScans(builder, encoder, rows, encoder.shape, options);
  };
  const features = columns.features > 0 ? standardise(builder, 'features', scanned()) : undefined;
  const cut = (from: number, to: number): Value | undefined =>
    features && builder.slice(features, [0, from], [rows, to]);
  const late = columns.features - early;
  const own = early === 0 ? features : cut(0, late);
  const inputs: FusionInputs = {
    ...(own && { features: own }),
    ...(columns.covariates > 0 && { covariates: standardise(builder, 'covariates', given('covariates')) }),
  };
  const found = fusion.fuse(builder, inputs);
  const first = early === 0 ? undefined : cut(late, columns.features);
  return first === undefined ? found : { ...found, fused: builder.concat([found.fused, first], 1) };
}

function probabilitiesOf(builder: Builder, { head, fairness }: ModelPlan, fused: Value): Value {
  const { probabilities } = head.predict(builder, fused);
  if (probabilities !== undefined) return probabilities;
  throw new UserError({
    subject: `fairness by ${fairness?.options.attribute}`,
    problem: 'the head tells no probabilities',
    fix: 'take a head that does, such as classes',
  });
}
