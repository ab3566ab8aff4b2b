/**
 * The number of candidates that are trained at once.
 */
import { availableParallelism } from 'node:os';
import { UserError } from '../../core/errors.js';
import type { Experiment } from '../../experiment/schema.js';

export interface WorkerCount {
  readonly workers: number;
  /** As the user asked; undefined where the number was chosen here. */
  readonly asked: number | undefined;
  readonly cores: number;
  /** Workers that the cores carry. */
  readonly carried: number;
  readonly lookahead: number;
}

/**
 * The number asked for, else as many as the cores carry and the lookahead keeps busy. At most the lookahead: so many
 * candidates are open at once.
 */
export function workerCount(
  asked: number | undefined,
  { lookahead, threads }: Pick<Experiment, 'lookahead' | 'threads'>,
  cores = availableParallelism(),
): WorkerCount {
  const carried = Math.max(1, Math.floor(cores / threads));
  const workers = asked ?? Math.max(1, Math.min(carried, Math.floor(lookahead / 2)));
  if (!Number.isInteger(workers) || workers < 1) {
    throw new UserError({
      subject: '--workers',
      problem: `must be a positive integer, got ${workers}`,
      fix: 'use 1 or more',
    });
  }
  return { workers: Math.min(workers, lookahead), asked, cores, carried, lookahead };
}

/** With workers on other machines: as many as are open at once. How many really are trained is the matter of the machines. */
export function countOfFleet(
  asked: number | undefined,
  { lookahead }: Pick<Experiment, 'lookahead'>,
): WorkerCount {
  if (asked === undefined)
    return { workers: lookahead, asked, cores: availableParallelism(), carried: lookahead, lookahead };
  throw new UserError({
    subject: '--workers',
    problem: 'counts trainings on this machine, and with --queue all are on those of its workers',
    fix: 'leave it out; voxolve worker has --slots',
  });
}

/** MiB as asked for; throws `UserError` if it is no amount. */
export function checkedMemory(memory: number | undefined): number | undefined {
  if (memory === undefined || memory > 0) return memory;
  throw new UserError({
    subject: '--memory',
    problem: `must be a positive number of MiB, got ${memory}`,
    fix: 'leave it out to use what is free',
  });
}
