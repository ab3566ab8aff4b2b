/**
 * Identity of a training: the hash of everything that decides the state after each of its steps. What is done with the
 * trained network (an objective, a probe) is not part of it, nor is what only schedules.
 */
import { createHash } from 'node:crypto';
import { definedEntries, plainJson } from '../../core/json.js';
import { hashJson } from '../../core/hash.js';
import type { EvaluationJob } from '../../core/records.js';
import { safetensorsParts } from '../../core/safetensors.js';
import type { TensorMap } from '../../core/tensor.js';
import { version } from '../../core/version.js';
import { isPath } from '../../experiment/plugins/index.js';
import { taskNameOf } from '../../experiment/references.js';
import type { Architecture } from '../../nn/architecture.js';
import type { TrainingOptions } from '../../pretrain/options.js';
import type { WorkerSetup } from '../job.js';

export interface Training {
  readonly job: EvaluationJob;
  readonly architecture: Architecture;
  /** As long as the job asks for. */
  readonly options: TrainingOptions;
  readonly setup: Pick<WorkerSetup, 'experiment' | 'code' | 'engine' | 'device' | 'threads'>;
  /** Fingerprint of the scans. */
  readonly scans: string;
}

export function identityOf({ job, architecture, options, setup, scans }: Training): string {
  const { experiment, code, engine, device, threads } = setup;
  const { number, seed, stopBelow, parent } = job;
  const { proxyTask, precision } = experiment;
  const task = taskNameOf(proxyTask);
  return hashJson(
    plainJson(
      definedEntries({
        version,
        ...{ engine, device, threads, precision },
        // A user's file is known by its content: it may lie elsewhere on another machine.
        task: isPath(task) ? [code.proxyTask, code.loaded?.[task]] : task,
        taskOptions: typeof proxyTask === 'string' ? {} : proxyTask.options,
        ...{ architecture, options, scans, number, seed, stopBelow },
        parent: parent && { number: parent.number, weights: hashOfWeights(parent.weights) },
      }),
    ),
  );
}

function hashOfWeights(weights: TensorMap): string {
  const hash = createHash('sha256');
  for (const part of safetensorsParts(weights)) hash.update(part);
  return hash.digest('hex');
}
