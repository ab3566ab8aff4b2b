/**
 * Where and how the candidates of a search are trained on this machine: groups of workers, and threads or processes.
 */
import type { Experiment } from '../../experiment/schema.js';
import type { ExperimentRow } from '../../store/index.js';
import { deviceGroupsOf, type DeviceGroup } from '../../workers/device-groups.js';
import { findGpus } from '../../workers/gpus.js';
import type { Isolation } from '../../workers/job.js';
import { memoryBudget } from '../../workers/memory-budget.js';
import type { SharedSetup } from '../../workers/pool.js';

/** The groups of workers: one for each GPU that they are dealt out over, else a single one. */
export async function groupsOf(
  { engine, device, isolation }: Pick<SharedSetup, 'engine' | 'device' | 'isolation'>,
  { workers, memory }: { readonly workers: number; readonly memory?: number | undefined },
): Promise<readonly DeviceGroup[]> {
  return deviceGroupsOf({
    engine,
    device,
    workers,
    processes: isolation === 'process',
    memory: memoryBudget(workers, memory),
    gpus: device === 'cuda' || device === 'gpu' ? await findGpus() : [],
  });
}

/**
 * On a GPU a worker needs a process of its own: two sessions in one process abort it. So does TensorFlow, which reads
 * its settings from the environment, once (docs/decisions.md).
 */
export function isolationOf(
  asked: Experiment['isolation'],
  { engine, device }: Pick<ExperimentRow, 'engine' | 'device'>,
): Isolation {
  if (asked !== 'auto') return asked;
  const own = engine === 'torch' && device !== 'cuda'; // its Python is a process of its own already
  return own || (engine === 'onnx' && device === 'cpu') || device === 'js' ? 'thread' : 'process';
}
