/**
 * Pretrains one architecture on the scans of several sites, which are simulated on one machine, and compares it with training on all
 * scans together.
 *
 * The folder holds checkpoints while it runs; at the end the curves, an encoder (one for each site where batch norms stay local) and the
 * report. The same call goes on where it was ended.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../core/atomic-write.js';
import { UserError } from '../core/errors.js';
import { writeFolder } from '../export/write-folder.js';
import { localParameters } from '../federated/normalisation.js';
import { sitesOf } from '../federated/sites.js';
import { networkAt, unpackWeights } from '../federated/weights.js';
import { readAsked, withOutcomes, withOverrides } from './asked-experiment.js';
import type { Listener, PretrainEvent } from './events.js';
import { exportFiles } from './exporting/export-files.js';
import { federatedExperiment, noiseOf, readFederation } from './federating/federation-file.js';
import { writeFederatedReport, type FederatedReport } from './federating/federated-report.js';
import { reportOf } from './federating/report-of.js';
import { runFederation, type Federated, type FederatedRun } from './federating/run-federation.js';
import { FolderHold } from './output-folder/folder-hold.js';
import { preparePretraining } from './pretraining/prepare.js';
import { CHECKPOINT, requireFit, requireInterval, train, type Trained } from './pretraining/train.js';
import type { PretrainOptions } from './pretrain.js';

export interface FederatedOptions extends Omit<PretrainOptions, 'steps'> {
  /** File of sites (JSON). */
  readonly federated: string;
}

export interface FederatedOutcome {
  /** `interrupted`: the signal ended it; the same call goes on from the last checkpoint. */
  readonly status: 'done' | 'diverged' | 'interrupted';
  /** Null if interrupted. */
  readonly report: FederatedReport | null;
  /** Path of `curves.json`; null if interrupted. */
  readonly curves: string | null;
  /** Folders of exported encoders; none if interrupted or diverged. */
  readonly folders: readonly string[];
}

/** Throws `UserError` for what cannot be used, batch norm that sites would share, and a folder that is taken. */
export async function pretrainFederated(options: FederatedOptions): Promise<FederatedOutcome> {
  const hold = new FolderHold(options.output, 'pretraining');
  try {
    return await federateIn(hold, options);
  } finally {
    hold.release();
  }
}

async function federateIn(hold: FolderHold, options: FederatedOptions): Promise<FederatedOutcome> {
  const { output, federated: subject, signal, checkpointEvery: every = 100 } = options;
  const report: Listener<PretrainEvent> = options.onEvent ?? (() => undefined);
  requireInterval(every);
  requireUnfinished(output);
  if (existsSync(join(output, CHECKPOINT))) hold.take();
  const federation = readFederation(subject);
  const noise = noiseOf(federation, subject);
  const { seed, engine, device } = options;
  const asked = withOverrides(await readAsked(options.experiment), { seed, engine, device });
  const experiment = federatedExperiment(withOutcomes(asked, options.outcomes), federation);
  const prepared = await preparePretraining(experiment, {
    ...{ architecture: options.architecture, scans: options.scans, output, signal, report },
    check: (draft, { architecture }) =>
      void localParameters(draft.program(architecture).train, federation.normalisation),
  });
  const scans = prepared.scans.set;
  const sites = sitesOf(scans, federation, prepared.scans.report.used, subject);
  const run: FederatedRun = {
    ...prepared,
    ...{ scans, federation, sites, noise, folder: output, hold, every, report, signal },
  };
  requireFit(run);
  hold.take();
  const done = await runFederation(run);
  if (done === undefined) return interrupted;
  const pooled = await runPooled(run);
  if (pooled === 'interrupted') return interrupted;
  return finish(run, done, pooled);
}

const interrupted: FederatedOutcome = { status: 'interrupted', report: null, curves: null, folders: [] };

/** Folder of the training on all scans together, while the command runs. */
const POOLED = 'pooled';

async function runPooled(run: FederatedRun): Promise<Trained | 'interrupted' | undefined> {
  if (!run.federation.pooled) return undefined;
  run.report({ kind: 'pooled' });
  return (await train({ ...run, folder: join(run.folder, POOLED) })) ?? 'interrupted';
}

/** The report is written last but for the removal of checkpoints: where that is still to be done, all is written again. */
async function finish(
  run: FederatedRun,
  done: Federated,
  pooled: Trained | undefined,
): Promise<FederatedOutcome> {
  const { folder } = run;
  const curves = join(folder, 'curves.json');
  const lines = { federated: done.outcome.curves, pooled: pooled?.outcome.curves ?? null };
  await writeAtomically(curves, `${JSON.stringify(lines)}\n`);
  const folders = await exportEncoders(run, done);
  const report = reportOf(run, done, pooled);
  await writeFederatedReport(folder, report);
  await rm(join(folder, POOLED), { recursive: true, force: true });
  done.checkpoints.remove();
  return { status: report.status, report, curves, folders };
}

/** Writes the network of the best round, or of each site that has its own. */
async function exportEncoders(
  { resolved, source, sites, folder, federation }: FederatedRun,
  { outcome, best }: Federated,
): Promise<readonly string[]> {
  if (outcome.status === 'diverged' || best === null) return [];
  const weights = unpackWeights(best.weights, sites);
  const { metric, chance } = resolved.plan;
  const origin = { ...source.origin, score: { metric, value: best.score, chance } };
  const { architecture } = source;
  const own = federation.normalisation === 'local' ? sites.map(({ name }) => name) : [undefined];
  const folders: string[] = [];
  for (const site of own) {
    const target = site === undefined ? join(folder, 'encoder') : join(folder, 'encoders', site);
    const network = site === undefined ? weights.shared : networkAt(weights, site);
    const files = await exportFiles('pytorch', { resolved, architecture, weights: network, origin });
    await rm(target, { recursive: true, force: true });
    await writeFolder(target, files);
    folders.push(target);
  }
  return folders;
}

function requireUnfinished(folder: string): void {
  const finished = ['report.json', 'encoder', 'encoders'].some((name) => existsSync(join(folder, name)));
  if (!finished || existsSync(join(folder, CHECKPOINT))) return;
  throw new UserError({
    subject: folder,
    problem: 'holds a finished pretraining',
    fix: 'name a new folder with -o',
  });
}
