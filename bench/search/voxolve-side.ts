/**
 * The voxolve side: the pool of a search, with the same setup, whose workers measure themselves.
 */
import { performance } from 'node:perf_hooks';
import { present, UserError } from '../../src/core/errors.js';
import type { EvaluationJob, EvaluationOutcome } from '../../src/core/records.js';
import { shareScans } from '../../src/scans/sampling/scan-set-transfer.js';
import { memoryBudget } from '../../src/workers/memory-budget.js';
import { createPool } from '../../src/workers/pool.js';
import { coreUse } from '../../src/workers/core-use.js';
import { distributed, type Evaluated } from './figures.js';
import type { ReadyGroup } from './setting.js';
import type { MeasuredOutcome } from './worker.js';

/** One side of the comparison. */
export interface Side {
  /** Evaluates candidates at once, one a worker; `seconds` are those of the round. */
  round(
    jobs: readonly EvaluationJob[],
  ): Promise<{ readonly seconds: number; readonly all: readonly Evaluated[] }>;
  close(): Promise<void>;
}

/** Rounds of warm-up before all workers must have had one. */
const WARM_UPS = 10;

/** `engine` trains on the CPU. */
export async function startVoxolve(
  { resolved, scans, jobs }: ReadyGroup,
  workers: number,
  engine: string,
): Promise<Side> {
  const { experiment, code } = resolved;
  const { threads } = experiment;
  const device = 'cpu';
  const cores = coreUse({ device, workers, threads });
  const pool = createPool(
    {
      ...{ experiment, code, engine, device, threads, isolation: 'thread', ...cores },
      scans: shareScans(scans, cores.prefetch ? 2 * workers : workers),
    },
    {
      groups: [{ name: device, workers, memory: memoryBudget(workers, undefined), environment: {} }],
      entry: new URL('./worker.js', import.meta.url),
    },
  );
  const evaluate = async (job: EvaluationJob): Promise<MeasuredOutcome & { readonly seconds: number }> => {
    const before = performance.now();
    const outcome = await pool.evaluate(job, new AbortController().signal);
    const seconds = (performance.now() - before) / 1000;
    requireDone(job, outcome);
    return { ...(outcome as EvaluationOutcome & MeasuredOutcome), seconds };
  };
  // One step each, so that no measured candidate waits for code to be loaded or held-out batches to be made.
  const short = { ...present(jobs[0], 'a candidate'), share: 1e-9 };
  const warm = new Set<number>();
  for (let i = 0; i < WARM_UPS && warm.size < workers; i++) {
    const outcomes = await Promise.all(Array.from({ length: workers }, () => evaluate(short)));
    for (const { thread } of outcomes) warm.add(thread);
  }
  return {
    round: async (round) => {
      const [before, cpuBefore] = [performance.now(), process.cpuUsage()];
      const all = await Promise.all(round.map(evaluate));
      const { user, system } = process.cpuUsage(cpuBefore);
      const seconds = (performance.now() - before) / 1000;
      const cpu = distributed((user + system) / 1e6, all);
      return {
        seconds,
        all: all.map(({ seconds: own, spent, python }, i) => ({
          ...{ seconds: own, spent },
          cpu: (cpu[i] ?? NaN) + (python ?? NaN),
        })),
      };
    },
    close: () => pool.close(),
  };
}

function requireDone({ number }: EvaluationJob, { status, error }: EvaluationOutcome): void {
  if (status === 'done') return;
  throw new UserError({
    subject: `candidate ${number}`,
    problem: `was not scored by voxolve: ${error ?? status}`,
    fix: 'leave it out, by --candidates',
  });
}
