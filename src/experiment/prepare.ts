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

export type Assessment =
  | { readonly feasible: true; readonly cost: ProgramCost }
  | { readonly feasible: false; readonly reason: string; readonly cost?: ProgramCost };

/** `channels`: of the scans. Throws `UserError` for unknown names and invalid options. */
export async function prepare(experiment: Experiment, channels: number): Promise<Prepared> {
  const space = await loadSpace(experiment.space);
  const { name, options = {} } =
    typeof experiment.proxyTask === 'string' ? { name: experiment.proxyTask } : experiment.proxyTask;
  const task = await loadTask(name);
  const taskOptions = parseOrComplain(task.options, options, `options of proxy task ${task.name}`);
  const plan = task.plan(taskOptions, { channels, batch: experiment.training.batch });
  const architecture = (genome: Genome): Architecture => space.build(genome as never, { channels });
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
      const reason = infeasibility(built, plan.encoderInput);
      if (reason !== null) return { feasible: false, reason };
      return withinConstraints(programCost(program(built)), experiment.constraints);
    },
  };
}

function withinConstraints(cost: ProgramCost, constraints: Experiment['constraints']): Assessment {
  const mebibytes = Math.round(cost.trainingBytes / 2 ** 20);
  const broken =
    exceeds('parameters', cost.params, constraints.params) ??
    exceeds('multiply-accumulates', cost.macs, constraints.macs) ??
    exceeds('MiB of memory', mebibytes, constraints.memory);
  return broken === null ? { feasible: true, cost } : { feasible: false, reason: broken, cost };
}

function exceeds(what: string, value: number, limit: number | undefined): string | null {
  return limit !== undefined && value > limit ? `${value} ${what} exceed the limit of ${limit}` : null;
}
