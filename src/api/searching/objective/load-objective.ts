/**
 * An experiment's objective made ready: labelled crops, inner folds, and the record for the database. Read and prepared
 * once, by the main thread, for all workers. Rows of the final test are left out before anything is looked at.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../../core/errors.js';
import { hashJson, sha256 } from '../../../core/hash.js';
import { plainJson } from '../../../core/json.js';
import { parseOrThrow } from '../../../core/validate.js';
import { rowsWhere, type Cohort } from '../../../downstream/cohort/cohort.js';
import { readCohort } from '../../../downstream/cohort/read-cohort.js';
import { objectiveMetrics } from '../../../downstream/objective/metrics.js';
import type { OutcomeSet } from '../../../downstream/objective/outcome-set.js';
import { pickRows } from '../../../downstream/targets.js';
import type { ResolvedObjective } from '../../../experiment/objective.js';
import { taskContentOf } from '../../../experiment/references.js';
import type { PlannedExperiment } from '../../../experiment/resolve.js';
import type { Experiment } from '../../../experiment/schema.js';
import { ScanOptions } from '../../../scans/options.js';
import type { Listener, SourceEvent } from '../../events.js';
import type { PretrainingScans } from '../../scan-source.js';
import { manifestRows, objectiveManifest, pathOf, patientsOf } from './cohort-manifest.js';
import { innerFolds, unidentifiedGroups } from './inner-folds.js';
import { labelledCrops } from './labelled-crops.js';
import { patientPseudonyms, sealOf, type ObjectiveRecord } from './record.js';

export interface LoadedObjective {
  readonly outcomes: OutcomeSet;
  readonly record: ObjectiveRecord;
}

/** Undefined where the experiment has no objective. */
export async function loadObjective(
  { experiment, objective, plan, channels }: PlannedExperiment,
  scans: PretrainingScans,
  report: Listener<SourceEvent>,
): Promise<LoadedObjective | undefined> {
  if (objective === undefined) return undefined;
  const manifest = objectiveManifest(experiment);
  const { folder } = scans;
  const cohort = developmentRows(readCohort(manifest, needsOf(objective)));
  const { input } = objective.task;
  const size = input.size ?? ([plan.encoderInput[2], plan.encoderInput[3], plan.encoderInput[4]] as const);
  const crops = await labelledCrops({
    folder,
    manifest,
    options: scanOptions(experiment, objective),
    paths: cohort.rows.map(({ path }) => pathOf(path, manifest, folder)),
    channels,
    crop: { ...input, size },
  });
  const usable = cohortAt(cohort, crops.used);
  const groups = groupsOf(usable, objective);
  const names = [...new Set(usable.rows.map(({ patient }) => patient))];
  const content = {
    targets: usable.targets,
    patients: usable.rows.map(({ patient }) => names.indexOf(patient)),
    tiles: crops.tiles,
    ...(groups === undefined ? {} : { groups }),
    folds: innerFolds(usable, objective, experiment.seed),
  };
  const left =
    groups === undefined ? [] : unidentifiedGroups(usable, content.folds, groups, objective.metric);
  const { shape, voxels } = crops;
  const hashed = [shape, sha256(new Uint8Array(voxels.buffer).slice()), content];
  const outcomes = { shape, voxels, ...content, fingerprint: hashJson(plainJson(hashed)) };
  const record = recordOf({ experiment, objective, outcomes, cohort: usable, manifest, scans });
  report({
    kind: 'objective read',
    manifest,
    metric: objective.metric,
    folds: objective.folds,
    rows: crops.used.length,
    crops: crops.shape[0],
    patients: record.patients.labelled.length,
    unusable: [...crops.unusable].map(([row, reason]) => ({ path: cohort.rows[row]?.path ?? '', reason })),
    test: { patients: record.patients.test.length, scans: scans.report.withheld.paths.length },
    remarks: [
      ...cohort.remarks,
      ...left.map(
        (name) => `group ${name} of ${objective.worstGroup} is too small to be told: it counts for nothing`,
      ),
    ],
  });
  return { outcomes, record };
}

const needsOf = ({ head }: ResolvedObjective) =>
  ({ targets: head.targets, needsPaths: true, covariates: [] }) as const;

/** The rows that are not set aside for the test, all to be divided into inner folds. */
function developmentRows(cohort: Cohort): Cohort {
  const own = cohortAt(
    cohort,
    rowsWhere(cohort, ({ split }) => split !== 'test'),
  );
  return { ...own, rows: own.rows.map((row) => ({ ...row, split: null })) };
}

function cohortAt(cohort: Cohort, rows: readonly number[]): Cohort {
  const at = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  return {
    ...cohort,
    rows: at(cohort.rows),
    targets: pickRows(cohort.targets, rows),
    covariates: [],
    groups: Object.fromEntries(Object.entries(cohort.groups).map(([name, values]) => [name, at(values)])),
  };
}

function groupsOf(cohort: Cohort, { worstGroup }: ResolvedObjective): readonly (string | null)[] | undefined {
  if (worstGroup === undefined) return undefined;
  const groups = Object.hasOwn(cohort.groups, worstGroup) ? cohort.groups[worstGroup] : undefined;
  if (groups !== undefined) return groups;
  const known = Object.keys(cohort.groups);
  throw new UserError({
    subject: cohort.manifest,
    problem: `has no column s_${worstGroup} for the attribute "${worstGroup}" of "objective.worstGroup"`,
    fix: known.length === 0 ? 'add it' : `add it, or name one of ${known.join(', ')}`,
  });
}

/** Those of the unlabeled scans, with what the task says differently. */
function scanOptions({ scans }: Experiment, { task }: ResolvedObjective): ScanOptions {
  return parseOrThrow(ScanOptions, { ...scans, ...task.scans }, '"scans" of the objective\'s task');
}

interface Recorded {
  readonly experiment: Experiment;
  readonly objective: ResolvedObjective;
  readonly outcomes: OutcomeSet;
  readonly cohort: Cohort;
  readonly manifest: string;
  readonly scans: PretrainingScans;
}

function recordOf({ experiment, objective, outcomes, cohort, manifest, scans }: Recorded): ObjectiveRecord {
  const rows = manifestRows(manifest);
  const pseudonyms = patientPseudonyms(patientsOf(rows));
  const owners = new Map(rows.map(({ path, patient }) => [pathOf(path, manifest, scans.folder), patient]));
  const { metric } = objective;
  const { worst, chance } = objectiveMetrics[metric];
  const record = {
    task: hashJson(taskContentOf(experiment.objective ?? { head: {}, folds: 0 })),
    manifest: sha256(readFileSync(manifest)),
    cohort: outcomes.fingerprint,
    metric: objective.scoresWorstGroup ? `worst ${metric}` : metric,
    worst,
    chance: chance(outcomes.targets),
    rows: cohort.rows.length,
    patients: {
      key: pseudonyms.key,
      pretraining: pseudonyms.of(
        scans.report.used.map(
          ({ path, owner }) =>
            ownerOf(pathOf(path, experiment.scans.manifest ?? manifest, scans.folder), owners) ?? owner,
        ),
      ),
      labelled: pseudonyms.of(cohort.rows.map(({ patient }) => patient)),
      test: pseudonyms.of(rows.flatMap(({ patient, test }) => (test ? [patient] : []))),
    },
  };
  return { ...record, seal: sealOf(record, scans.set.fingerprint) };
}

/** The patient of the row that names a file, or a folder that it lies in. */
function ownerOf(path: string, owners: ReadonlyMap<string, string>): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    const owner = owners.get(at);
    if (owner !== undefined || at === dirname(at)) return owner;
  }
}
