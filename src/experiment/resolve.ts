/**
 * An experiment made ready in three steps, each of which needs more to be known: `resolveExperiment` loads what it names;
 * `planFor` takes the channels of the scans, from which follow the task's plan and the way from a genome to a training
 * program; `constrainBy` takes the latency model, from which follow the genomes that may be proposed.
 *
 * Main thread and workers take the same steps. A file of the user's own is loaded once a process.
 */
import { hashJson } from '../core/hash.js';
import { memoised } from '../core/memoise.js';
import type { Feasibility, Genome } from '../core/records.js';
import { parseOrThrow } from '../core/validate.js';
import type { TrainingProgram } from '../engines/engine.js';
import type { Architecture } from '../nn/architecture.js';
import { withNorm } from '../nn/norm.js';
import { programCost } from '../pretrain/cost.js';
import { predictedLatency, type EncoderInput, type LatencyModel } from '../pretrain/latency.js';
import { trainingProgram } from '../pretrain/program.js';
import type { StrategyMember } from '../search/strategies/member.js';
import type { ProxyTask, TaskPlan } from '../tasks/task.js';
import { codeRecord, type CodeRecord } from './code-record.js';
import { feasibilityOf } from './feasibility.js';
import { resolveObjective, type ResolvedObjective } from './objective.js';
import { loadSpace, loadStrategies, loadTask, type ArchitectureSpace } from './plugins/index.js';
import { taskNameOf } from './references.js';
import type { Experiment } from './schema.js';

export interface ResolvedExperiment {
  readonly experiment: Experiment;
  readonly space: ArchitectureSpace;
  readonly task: ProxyTask;
  readonly taskOptions: unknown;
  /** The user's own strategies, by path. */
  readonly strategies: Readonly<Record<string, StrategyMember>>;
  /** The outcome that candidates are scored by; absent: the proxy task's metric. */
  readonly objective?: ResolvedObjective;
  /** The user's own code, as it was loaded. */
  readonly code: CodeRecord;
  /** `channels`: of the scans. */
  planFor(channels: number): PlannedExperiment;
}

export interface PlannedExperiment extends ResolvedExperiment {
  /** Channels of the scans. */
  readonly channels: number;
  readonly plan: TaskPlan;
  architecture(genome: Genome): Architecture;
  program(architecture: Architecture): TrainingProgram;
  /** `latency`: model by which the search's limit on latency is judged; without it that limit is not. */
  constrainBy(latency: LatencyModel | undefined): ConstrainedExperiment;
}

export interface ConstrainedExperiment extends PlannedExperiment {
  /** Cost of a genome's network, or the reason why it cannot be trained. A pure function, which remembers its results. */
  readonly feasibility: (genome: Genome) => Feasibility;
}

/** Results that `feasibility` remembers: more than any strategy draws for one proposal. */
const REMEMBERED = 20_000;

/** Throws `UserError` for unknown names and invalid options. */
export async function resolveExperiment(experiment: Experiment): Promise<ResolvedExperiment> {
  const space = await loadSpace(experiment.space);
  const { proxyTask } = experiment;
  const task = await loadTask(taskNameOf(proxyTask));
  const options = typeof proxyTask === 'string' ? {} : proxyTask.options;
  const objective = await resolveObjective(experiment);
  const resolved: ResolvedExperiment = {
    experiment,
    space,
    task,
    taskOptions: parseOrThrow(task.options, options, `options of proxy task ${task.name}`),
    strategies: await loadStrategies(experiment),
    ...(objective === undefined ? {} : { objective }),
    code: await codeRecord(experiment),
    planFor: (channels) => planned(resolved, channels),
  };
  return resolved;
}

function planned(resolved: ResolvedExperiment, channels: number): PlannedExperiment {
  const { experiment, space, task, taskOptions } = resolved;
  const plan = task.plan(taskOptions, { channels, batch: experiment.training.batch });
  const own: PlannedExperiment = {
    ...resolved,
    channels,
    plan,
    architecture: (genome) => withNorm(space.build(genome, { channels }), experiment.training.norm),
    program: (architecture) => trainingProgram(architecture, plan, experiment.training),
    constrainBy: (latency) => constrained(own, latency),
  };
  return own;
}

function constrained(own: PlannedExperiment, latency: LatencyModel | undefined): ConstrainedExperiment {
  const { experiment, plan, objective, channels } = own;
  const size = objective?.task.input.size;
  const further: readonly EncoderInput[] = size === undefined ? [] : [[1, channels, ...size]];
  const feasibility = (genome: Genome): Feasibility => {
    const built = own.architecture(genome);
    return feasibilityOf(built, plan, experiment.constraints, {
      further,
      training: () => programCost(own.program(built), experiment.engine),
      ...(latency === undefined
        ? {}
        : { latency: { input: latency.input, predict: () => predictedLatency(built, latency) } }),
    });
  };
  return { ...own, feasibility: memoised(feasibility, hashJson, REMEMBERED) };
}

/** Input of one inference, for the limit on latency: one item of the task's input, or as large as the user says. */
export function latencyInputOf({
  experiment,
  plan,
}: Pick<PlannedExperiment, 'experiment' | 'plan'>): EncoderInput {
  const [, channels, ...size] = plan.encoderInput;
  return [1, channels, ...(experiment.constraints.latencyInput ?? size)];
}
