/**
 * An experiment made ready: its space, its task, and the way from a genome to a training program and its cost.
 * Main thread and workers prepare the same experiment in the same way.
 */
import type { Feasibility, Genome } from '../core/records.js';
import { parseOrThrow } from '../core/validate.js';
import type { TrainingProgram } from '../engines/engine.js';
import type { Architecture } from '../nn/architecture.js';
import { trainingProgram } from '../pretrain/program.js';
import type { StrategyMember } from '../search/strategies/member.js';
import type { ProxyTask, TaskPlan } from '../tasks/task.js';
import { programCost } from '../pretrain/cost.js';
import { predictedLatency, type EncoderInput, type LatencyModel } from '../pretrain/latency.js';
import { feasibilityOf } from './feasibility.js';
import { codeRecord, type CodeRecord } from './code-record.js';
import { loadSpace, loadStrategies, loadTask, type ArchitectureSpace } from './plugins/index.js';
import { taskNameOf } from './references.js';
import type { Experiment } from './schema.js';

export interface ResolvedExperiment {
  readonly experiment: Experiment;
  /** Of the scans. */
  readonly channels: number;
  readonly space: ArchitectureSpace;
  readonly task: ProxyTask;
  readonly taskOptions: unknown;
  readonly plan: TaskPlan;
  /** The user's own strategies, by path. */
  readonly strategies: Readonly<Record<string, StrategyMember>>;
  /** The user's own code, as it was loaded. */
  readonly code: CodeRecord;
  architecture(genome: Genome): Architecture;
  program(architecture: Architecture): TrainingProgram;
  /** Why a genome cannot be trained under the experiment's constraints, or its cost. */
  feasibility(genome: Genome): Feasibility;
}

/**
 * `channels`: of the scans. `latency`: what the search's limit on latency is judged by; without it that limit is not.
 * Throws `UserError` for unknown names and invalid options.
 */
export async function resolveExperiment(
  experiment: Experiment,
  channels: number,
  latency?: LatencyModel,
): Promise<ResolvedExperiment> {
  const space = await loadSpace(experiment.space);
  const { proxyTask } = experiment;
  const task = await loadTask(taskNameOf(proxyTask));
  const options = typeof proxyTask === 'string' ? {} : proxyTask.options;
  const taskOptions = parseOrThrow(task.options, options, `options of proxy task ${task.name}`);
  const plan = task.plan(taskOptions, { channels, batch: experiment.training.batch });
  const architecture = (genome: Genome): Architecture => space.build(genome, { channels });
  const program = (built: Architecture): TrainingProgram => trainingProgram(built, plan, experiment.training);
  return {
    experiment,
    channels,
    space,
    task,
    taskOptions,
    plan,
    strategies: await loadStrategies(experiment),
    code: await codeRecord(experiment),
    architecture,
    program,
    feasibility: (genome) => {
      const built = architecture(genome);
      return feasibilityOf(built, plan, experiment.constraints, {
        training: () => programCost(program(built), experiment.engine),
        ...(latency === undefined
          ? {}
          : { latency: { input: latency.input, predict: () => predictedLatency(built, latency) } }),
      });
    },
  };
}

/** What one inference is given, for the limit on latency: one item of the task's input, or as large as the user says. */
export function latencyInputOf({
  experiment,
  plan,
}: Pick<ResolvedExperiment, 'experiment' | 'plan'>): EncoderInput {
  const [, channels, ...size] = plan.encoderInput;
  return [1, channels, ...(experiment.constraints.latencyInput ?? size)];
}
