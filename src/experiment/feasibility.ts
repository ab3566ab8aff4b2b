/**
 * Feasibility of a network: it may be proposed if it fits the task's input and keeps the experiment's constraints.
 *
 * A search asks this of hundreds of genomes for every one that it trains, so what is cheap comes first: layers and their
 * shapes, then the encoder's graph where latency is limited, then the graphs with the head, and last the gradients, which the
 * memory of training follows from. A pure function: the same genome is judged alike in every process and on resume.
 */
import type { Feasibility, ProgramCost } from '../core/records.js';
import type { Architecture } from '../nn/architecture.js';
import { infeasibility } from '../nn/shapes.js';
import { summarise } from '../nn/summary.js';
import type { TaskPlan } from '../tasks/task.js';
import type { Constraints } from './schema.js';

/** Predictions that are computed only for networks that keep the limits before them. */
export interface Predictions {
  readonly training: () => ProgramCost;
  /** Inputs `[1, C, D, H, W]` that the encoder must fit besides those of the task. */
  readonly further: readonly TaskPlan['encoderInput'][];
  /** Absent where the search does not limit it. `input`: `[1, C, D, H, W]`. */
  readonly latency?: { readonly input: TaskPlan['encoderInput']; readonly predict: () => number };
}

export function feasibilityOf(
  architecture: Architecture,
  plan: TaskPlan,
  constraints: Constraints,
  predictions: Predictions,
): Feasibility {
  const inputs = [
    ...inputsOf(plan),
    ...predictions.further,
    ...(predictions.latency === undefined ? [] : [predictions.latency.input]),
  ];
  const reason = misfit(architecture, inputs) ?? encoderExcess(architecture, plan, constraints);
  if (reason !== null) return { feasible: false, reason };
  const latency = predictions.latency?.predict();
  const known = latency === undefined ? {} : { latency };
  const slow = latencyExcess(latency, constraints);
  if (slow !== null) return { feasible: false, reason: slow, ...known };
  const cost = predictions.training();
  const excess = programExcess(cost, constraints);
  return excess === null
    ? { feasible: true, cost, ...known }
    : { feasible: false, reason: excess, cost, ...known };
}

function inputsOf(plan: TaskPlan): readonly TaskPlan['encoderInput'][] {
  return [plan.encoderInput, ...(plan.furtherEncoderInputs ?? [])];
}

function misfit(architecture: Architecture, inputs: readonly TaskPlan['encoderInput'][]): string | null {
  const reasons = inputs.map((input) => infeasibility(architecture, input));
  return reasons.find((reason) => reason !== null) ?? null;
}

/** Limit that the encoder alone exceeds; the head only adds to it. */
function encoderExcess(architecture: Architecture, plan: TaskPlan, limits: Constraints): string | null {
  const summaries = inputsOf(plan).map((input) => summarise(architecture, input));
  const macs = summaries.reduce((sum, summary) => sum + summary.macs, 0);
  return (
    exceeds('parameters', summaries[0]?.params ?? 0, limits.params) ??
    exceeds('multiply-accumulates', macs, limits.macs)
  );
}

function programExcess(cost: ProgramCost, limits: Constraints): string | null {
  return (
    exceeds('parameters', cost.params, limits.params) ??
    exceeds('multiply-accumulates', cost.macs, limits.macs) ??
    exceeds('MiB of memory', Math.round(cost.trainingBytes / 2 ** 20), limits.memory)
  );
}

function latencyExcess(latency: number | undefined, limits: Constraints): string | null {
  if (latency === undefined || limits.latency === undefined || latency <= limits.latency) return null;
  const [predicted, limit] = [latency.toPrecision(3), limits.latency];
  return `${predicted} ms of predicted latency exceed the limit of ${limit}`;
}

function exceeds(what: string, value: number, limit: number | undefined): string | null {
  return limit !== undefined && value > limit ? `${value} ${what} exceed the limit of ${limit}` : null;
}
