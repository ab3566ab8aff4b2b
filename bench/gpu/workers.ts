/**
 * The workers of a search on one GPU (or the CPU), as `voxolve search` would start them.
 */
import { isolationOf } from '../../src/api/searching/device-groups.js';
import { UserError } from '../../src/core/errors.js';
import type { EvaluationJob } from '../../src/core/records.js';
import type { Precision } from '../../src/engines/engine.js';
import { shareScans } from '../../src/scans/sampling/scan-set-transfer.js';
import { deviceGroupsOf } from '../../src/workers/device-groups.js';
import { findGpus } from '../../src/workers/gpus.js';
import { memoryBudget } from '../../src/workers/memory-budget.js';
import { createPool } from '../../src/workers/pool.js';
import { coreUse } from '../../src/workers/core-use.js';
import { groups, type Group } from '../search/groups.js';
import { prepareGroup, type ReadyGroup } from '../search/setting.js';
import { present } from '../../src/core/errors.js';

/** Candidates of the quickstart that are evaluated; on a CPU, where the check itself is tried, those that cost least. */
const CANDIDATES = 8;
const ON_CPU = 2;

/** The quickstart's first candidates, to be trained by engine torch. */
export async function preparedGroup(device: string, python: string): Promise<ReadyGroup> {
  const known = present(
    groups.find(({ name }) => name === 'quickstart'),
    'the group of the quickstart',
  );
  const place = { engine: 'torch', device } as Pick<Group['experiment'], 'engine' | 'device'>;
  const group = { ...known, experiment: { ...known.experiment, ...place } };
  const ready = await prepareGroup(group, { workers: 1, python, candidates: CANDIDATES });
  const jobs = device === 'cpu' ? ready.jobs.toSorted((a, b) => a.cost.macs - b.cost.macs) : ready.jobs;
  return { ...ready, jobs: jobs.slice(0, device === 'cpu' ? ON_CPU : CANDIDATES) };
}

export interface WorkersAsked {
  readonly device: string;
  readonly precision: Precision;
  readonly workers: number;
}

export interface Workers {
  evaluate(job: EvaluationJob): Promise<void>;
  close(): Promise<void>;
}

/** Workers that have each trained a step. Once `signal` is aborted, whatever they do rejects. */
export async function startWorkers(
  { resolved, scans, jobs }: ReadyGroup,
  { device, precision, workers }: WorkersAsked,
  signal: AbortSignal,
): Promise<Workers> {
  const { code } = resolved;
  const experiment = { ...resolved.experiment, precision };
  const { threads } = experiment;
  const place = { engine: 'torch', device };
  const isolation = isolationOf(experiment.isolation, place);
  const cores = coreUse({ device, workers, threads });
  const gpus = device === 'cuda' ? (await findGpus()).slice(0, 1) : [];
  const memory = memoryBudget(workers, undefined);
  const pool = createPool(
    {
      ...{ experiment, code, ...place, threads, isolation, ...cores },
      scans: shareScans(scans, cores.prefetch ? 2 * workers : workers),
    },
    { groups: deviceGroupsOf({ ...place, workers, processes: isolation === 'process', memory, gpus }) },
  );
  const evaluate = async (job: EvaluationJob): Promise<void> => {
    const { status, error } = await pool.evaluate(job, signal);
    if (status !== 'failed') return;
    const [subject, fix] = [`candidate ${job.number}`, 'see the messages above'];
    throw new UserError({ subject, problem: `was not trained: ${error ?? status}`, fix });
  };
  try {
    // A step each, twice, so that every worker has started its Python and made the held-out batches.
    const short = { ...present(jobs[0], 'a candidate'), share: 1e-9 };
    for (let round = 0; round < 2; round++)
      await Promise.all(Array.from({ length: workers }, () => evaluate(short)));
  } catch (error) {
    await pool.close();
    throw error;
  }
  return { evaluate, close: () => pool.close() };
}
