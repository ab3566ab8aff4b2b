/**
 * What workers do with the cores that they share. None of it changes a result.
 */
import { availableParallelism } from 'node:os';

export interface Load {
  readonly device: string;
  readonly workers: number;
  /** Threads of one operation, per worker: all but one of them idle while batches are made. */
  readonly threads: number;
}

export interface CoreUse {
  /**
   * Batches are made in a thread of their own where the engine leaves a core to spare. Where single-threaded workers fill all
   * cores, none is left for it.
   */
  readonly prefetch: boolean;
  /** Threads that wait spin for a moment where no other worker needs their core (`EngineOptions`). */
  readonly spin: boolean;
}

export function coreUse({ device, workers, threads }: Load, cores = availableParallelism()): CoreUse {
  const onProcessor = device === 'cpu' || device === 'js';
  return {
    prefetch: !onProcessor || threads > 1 || workers < cores,
    spin: workers * threads <= cores,
  };
}
