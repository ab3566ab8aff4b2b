/**
 * The pool of a worker's machine for one search, over scans that are there already or are fetched from the blob store.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { resolveExperiment } from '../../experiment/resolve.js';
import type { BlobStore } from '../../fleet/blobs/blob-store.js';
import type { FleetSetup } from '../../fleet/protocol/setup-message.js';
import { fetchScans, releaseScans } from '../../fleet/scans/fetch.js';
import { defaultCacheDirectory } from '../../scans/cache/cache.js';
import { openScanSet, shareScans } from '../../scans/sampling/scan-set-transfer.js';
import type { Evaluators } from '../../workers/evaluators.js';
import { createPool } from '../../workers/pool.js';
import { coreUse } from '../../workers/core-use.js';
import { loadScans } from '../scan-source.js';
import { groupsOf, isolationOf } from '../searching/device-groups.js';

const GIB = 2 ** 30;
/** GiB of disk for fetched scans where nothing else is said. */
const DISK = 50;

/** What a worker's machine gives to a search. */
export interface MachineOptions {
  /** Candidates trained at once; absent: as many as the cores carry. */
  readonly slots?: number | undefined;
  /** MiB that candidates may take together. */
  readonly memory?: number | undefined;
  /** Folder with the scans of the search on this machine, which then need not be fetched where they are the same. */
  readonly scans?: string | undefined;
  /** GiB of disk for fetched scans; absent: 50. */
  readonly disk?: number | undefined;
}

export async function openPool(
  setup: FleetSetup,
  blobs: BlobStore,
  options: MachineOptions & { readonly signal?: AbortSignal | undefined },
): Promise<Evaluators> {
  const { experiment, engine, device, threads } = setup;
  const { slots, memory, disk = DISK, signal } = options;
  const workers = slots ?? Math.max(1, Math.floor(availableParallelism() / threads));
  const isolation = isolationOf(experiment.isolation, { engine, device });
  const cores = coreUse({ device, workers, threads });
  if (options.scans !== undefined) await prepareOwn(options.scans, setup);
  const cache = defaultCacheDirectory();
  const recipe = await fetchScans(setup.scans, blobs, {
    cacheDirectory: join(cache, 'fleet'),
    budgetBytes: disk * GIB,
    own: cache,
    ...(signal === undefined ? {} : { signal }),
  });
  const scans = shareScans(openScanSet(recipe), cores.prefetch ? 2 * workers : workers);
  const shared = { ...setup, isolation, ...cores, scans };
  const pool = createPool(shared, { groups: await groupsOf(shared, { workers, memory }) });
  return {
    ...pool,
    close: async () => {
      await pool.close();
      releaseScans(recipe);
    },
  };
}

/** Prepares scans of this machine as the search does; those that come out the same are taken. */
async function prepareOwn(folder: string, { experiment }: FleetSetup): Promise<void> {
  const { plan } = (await resolveExperiment(experiment)).planFor(1);
  await loadScans(folder, experiment, plan, () => undefined);
}
