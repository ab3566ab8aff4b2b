/**
 * The evaluators of a search whose candidates are trained by workers on other machines.
 */
import type { BlobStore } from '../../fleet/blobs/blob-store.js';
import { openBlobStore } from '../../fleet/blobs/open.js';
import { FleetEvaluators } from '../../fleet/coordinator/fleet-evaluators.js';
import { PROTOCOL } from '../../fleet/protocol/job-message.js';
import { publishSetup } from '../../fleet/protocol/setup-message.js';
import { checkedShare } from '../../fleet/audit/audited-evaluators.js';
import { publishScans } from '../../fleet/scans/publish.js';
import { connect } from '../../fleet/queue/connection.js';
import { UserError } from '../../core/errors.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { scanSetRecipe } from '../../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import type { SharedSetup } from '../../workers/pool.js';
import type { Listener, SearchEvent } from '../events.js';
import { fleetRecord } from './fleet-record.js';
import { claimOwnClass } from './own-evaluators.js';

/** Where the workers of a search are, as the user says. */
export interface FleetOptions {
  /** Address of the queue: `redis://host:6379`, or `rediss://` for TLS. */
  readonly queue?: string | undefined;
  /** Folder or `s3://bucket/prefix` that all machines reach. */
  readonly blobs?: string | undefined;
  /** True if workers of all classes of processors may take part. */
  readonly mixed?: boolean | undefined;
  /** Share of the evaluations, in [0, 1], that this machine repeats to find forged results; absent: 0. */
  readonly auditShare?: number | undefined;
}

/** A complete choice of where the workers are. */
export interface FleetChoice {
  readonly queue: string;
  readonly blobs: string;
  readonly mixed: boolean;
  readonly auditShare: number;
}

/** Undefined where the search trains on this machine. Throws `UserError` for half a choice. */
export function fleetChoice({ queue, blobs, mixed, auditShare = 0 }: FleetOptions): FleetChoice | undefined {
  const alone = (option: string, other: string): UserError =>
    new UserError({
      subject: option,
      problem: `needs ${other}`,
      fix: `add ${other}, or leave ${option} out`,
    });
  if (queue === undefined) {
    if (blobs !== undefined) throw alone('--blobs', '--queue URL');
    if (mixed === true) throw alone('--mixed', '--queue URL');
    if (auditShare !== 0) throw alone('--audit-share', '--queue URL');
    return undefined;
  }
  if (blobs === undefined) throw alone('--queue', '--blobs DIR');
  if (auditShare !== 0 && mixed === true)
    throw new UserError({
      subject: '--audit-share',
      problem: 'compares results bit for bit, which those of --mixed are not',
      fix: 'leave one of them out',
    });
  return { queue, blobs, mixed: mixed ?? false, auditShare: checkedShare(auditShare) };
}

export interface FleetRun {
  readonly store: Store;
  readonly row: ExperimentRow;
  readonly scans: ScanSet;
  readonly choice: FleetChoice;
  readonly report: Listener<SearchEvent>;
}

/** Takes the lead of the search and publishes what its workers need. */
export async function openFleet(
  setup: SharedSetup,
  { store, row, scans, choice, report }: FleetRun,
): Promise<FleetEvaluators> {
  const { queue, mixed } = choice;
  const connection = await connect(queue, 'coordinator');
  let blobs: BlobStore | undefined;
  try {
    blobs = await openBlobStore(choice.blobs);
    const record = fleetRecord(store, row.id);
    if (choice.auditShare > 0) await claimOwnClass(record, setup);
    const { experiment, engine, device } = setup;
    return await FleetEvaluators.open({
      connection,
      blobs,
      record,
      report,
      announcement: {
        version: PROTOCOL,
        search: record.search,
        name: row.name,
        setup: await publishSetup(
          { ...setup, scans: await publishScans(scanSetRecipe(scans), blobs) },
          blobs,
        ),
        engine,
        device,
        precision: experiment.precision,
        threads: setup.threads,
        mixed,
        lookahead: row.lookahead,
      },
    });
  } catch (error) {
    connection.close();
    await blobs?.close();
    throw error;
  }
}
