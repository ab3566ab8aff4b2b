/**
 * What both sides of the comparison need of a group: its candidates, its scans, and how it is run.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScans, phantoms, scanFolder } from '../../src/api/scan-source.js';
import type { EvaluationJob } from '../../src/core/records.js';
import { resolveExperiment, type ConstrainedExperiment } from '../../src/experiment/resolve.js';
import type { ScanSet } from '../../src/scans/sampling/scan-set.js';
import { searchJobs } from './genomes.js';
import type { Group } from './groups.js';

/** Engines that can be compared. */
export const ENGINES = ['onnx', 'torch', 'auto'] as const;

/** Narrowing of the whole set, and how it is run. */
export interface Setting {
  readonly workers: number;
  /** Python with PyTorch. */
  readonly python: string;
  /** Most candidates of a group; absent: all. */
  readonly candidates?: number;
  /** Engine of voxolve's side, on the CPU; `auto`: for each group what a search of it would choose. */
  readonly engine: (typeof ENGINES)[number];
  /** Steps of a training in place of the experiment's. */
  readonly steps?: number;
}

export interface ReadyGroup {
  readonly group: Group;
  readonly resolved: ConstrainedExperiment;
  readonly jobs: readonly EvaluationJob[];
  readonly scans: ScanSet;
  /** Temporary; holds phantoms, and the files of the PyTorch side. */
  readonly folder: string;
  dispose(): void;
}

export async function prepareGroup(
  group: Group,
  { candidates, steps }: Omit<Setting, 'engine'>,
): Promise<ReadyGroup> {
  const { training } = group.experiment;
  const experiment = { ...group.experiment, training: { ...training, steps: steps ?? training.steps } };
  const count = Math.min(candidates ?? group.candidates, group.candidates);
  const loaded = await resolveExperiment(experiment);
  const folder = await mkdtemp(join(tmpdir(), 'voxolve-bench-'));
  const source = await scanFolder(phantoms, experiment, join(folder, 'search.db'));
  const scans = await loadScans(source, experiment, loaded.planFor(1).plan, () => undefined);
  const resolved = loaded.planFor(scans.channels).constrainBy(undefined);
  const jobs = await searchJobs(resolved, group.scores, count);
  const dispose = (): void => rmSync(folder, { recursive: true });
  return { group, resolved, jobs, scans, folder, dispose };
}
