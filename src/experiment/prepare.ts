/**
 * An experiment made ready: its space, its task, and the way from a genome to a training program and its cost.
 * Main thread and workers prepare the same experiment in the same way.
 */
import { parseOrComplain } from '../core/validate.js';
import type { TrainingProgram } from '../engines/engine.js';
import { programCost, type ProgramCost } from '../pretrain/cost.js';
import type { Architecture } from '../nn/architecture.js';
import { infeasibility } from '../nn/shapes.js';
import { trainingProgram } from '../pretrain/program.js';
import type { Genome } from '../search/strategy.js';
import type { ProxyTask, TaskPlan } from '../tasks/task.js';
import { loadSpace, loadTask, type ArchitectureSpace } from './plugins.js';
import type { Experiment } from './schema.js';

export interface Prepared {
  readonly experiment: Experiment;
  readonly space: ArchitectureSpace;
  readonly task: ProxyTask;
  readonly taskOptions: unknown;
  readonly plan: TaskPlan;
  architecture(genome: Genome): Architecture;
  program(architecture: Architecture): TrainingProgram;
  /** Why a genome cannot be trained under the experiment's constraints, or its cost. */
  assess(genome: Genome): Assessment;
}

/**
 * `size`: its layers do not fit the input, or it breaks a limit of the experiment; such genomes are not proposed.
 * `memory`: it would not fit; such candidates are recorded as infeasible, since the prediction is rough.
 */
export type Assessment =
  | { readonly feasible: true; readonly cost: ProgramCost }
  | {
      readonly feasible: false;
      readonly rule: 'size' | 'memory';
      readonly reason: string;
      readonly cost?: ProgramCost;
    };

/** `channels`: of the scans. Throws `UserError` for unknown names and invalid options. */
export async function prepare(experiment: Experiment, channels: number): Promise<Prepared> {
  const space = await loadSpace(experiment.space);
  const { name, options = {} } =
    typeof experiment.proxyTask === 'string' ? { name: experiment.proxyTask } : experiment.proxyTask;
  const task = await loadTask(name);
  const taskOptions = parseOrComplain(task.options, options, `options of proxy task ${task.name}`);
  const plan = task.plan(taskOptions, { channels, batch: experiment.training.batch });
  const architecture = (genome: Genome): Architecture => space.build(genome, { channels });
  const program = (built: Architecture): TrainingProgram => trainingProgram(built, plan, experiment.training);
  return {
    experiment,
    space,
    task,
    taskOptions,
    plan,
    architecture,
    program,
    assess: (genome) => {
      const built = architecture(genome);
      const reason = [plan.encoderInput, ...(plan.furtherEncoderInputs ?? [])]
        .map((input) => infeasibility(built, input))
        .find((found) => found !== null);
      if (reason !== undefined) return { feasible: false, rule: 'size', reason };
      return withinConstraints(programCost(program(built)), experiment.constraints);
    },
  };
}

function withinConstraints(cost: ProgramCost, constraints: Experiment['constraints']): Assessment {
  const mebibytes = Math.round(cost.trainingBytes / 2 ** 20);
  const size =
    exceeds('parameters', cost.params, constraints.params) ??
    exceeds('multiply-accumulates', cost.macs, constraints.macs);
  if (size !== null) return { feasible: false, rule: 'size', reason: size, cost };
  const memory = exceeds('MiB of memory', mebibytes, constraints.memory);
  if (memory !== null) return { feasible: false, rule: 'memory', reason: memory, cost };
  return { feasible: true, cost };
}

function exceeds(what: string, value: number, limit: number | undefined): string | null {
  return limit !== undefined && value > limit ? `${value} ${what} exceed the limit of ${limit}` : null;
}
