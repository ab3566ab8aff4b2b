/**
 * Batches are made in a thread of their own where the engine leaves a core to spare. Where
 * single-threaded workers fill all cores, none is left for it.
 */
import { availableParallelism } from 'node:os';

export interface Load {
  readonly device: string;
  readonly workers: number;
  /** Threads of one operation, per worker: all but one of them idle while batches are made. */
  readonly threads: number;
}

export function prefetchPays({ device, workers, threads }: Load, cores = availableParallelism()): boolean {
  const onProcessor = device === 'cpu' || device === 'js';
  return !onProcessor || threads > 1 || workers < cores;
}
