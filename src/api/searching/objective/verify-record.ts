/**
 * The proof that the patients of the final test were outside of a lineage: by the manifest, where it is there and has the
 * patients of the search's beginning, else by the database's own record.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { hashJson, sha256 } from '../../../core/hash.js';
import { plural } from '../../../core/plural.js';
import { PROXY_SCORE, WORST_GROUP } from '../../../core/records.js';
import { taskContentOf } from '../../../experiment/references.js';
import type { Experiment } from '../../../experiment/schema.js';
import {
  evaluationsOf,
  listCandidates,
  probedValues,
  type ExperimentRow,
  type Store,
} from '../../../store/index.js';
import { specFromJson } from '../../search-spec.js';
import { manifestRows, objectiveManifest, patientsOf } from './cohort-manifest.js';
import { patientPseudonyms, sealOf, type ObjectiveRecord, type PatientRecord } from './record.js';

export interface ObjectiveVerification {
  /** Patients in the lineage: those of the scans that candidates are pretrained on, and of the labelled ones. */
  readonly inside: number;
  /** Patients of the final test. */
  readonly test: number;
  /** `manifest`: every hash was recomputed; `record`: the database's own was compared with itself. */
  readonly by: 'manifest' | 'record';
  /** Why it is by the record; null where it is by the manifest. */
  readonly because: string | null;
  /** What is wrong, in words; nothing where the patients of the test were outside. */
  readonly problems: readonly string[];
}

/** Undefined where the experiment has no objective. */
export function verifyObjective(store: Store, row: ExperimentRow): ObjectiveVerification | undefined {
  // Databases of tests and of other programs may hold no experiment file.
  const { experiment, objective: record } = specFromJson(row.spec) as Partial<
    ReturnType<typeof specFromJson>
  >;
  if (experiment?.objective === undefined) return undefined;
  if (record === undefined) {
    const problems = ['the record of who was in the lineage is missing'];
    return { inside: 0, test: 0, by: 'record', because: 'there is none', problems };
  }
  const inside = new Set([...record.patients.pretraining, ...record.patients.labelled]);
  const recomputed = byManifest(experiment, record, inside);
  return {
    inside: inside.size,
    test: record.patients.test.length,
    by: recomputed.because === null ? 'manifest' : 'record',
    because: recomputed.because,
    problems: [
      ...recordProblems(experiment, record, row.scansFingerprint),
      ...recomputed.problems,
      ...scoreProblems(store, row, experiment, record),
    ],
  };
}

function recordProblems(
  experiment: Experiment,
  { seal, ...record }: ObjectiveRecord,
  scansFingerprint: string,
): readonly string[] {
  const { pretraining, labelled, test } = record.patients;
  const among = (list: readonly string[]): number => list.filter((one) => test.includes(one)).length;
  const task = experiment.objective === undefined ? '' : hashJson(taskContentOf(experiment.objective));
  return [
    ...(sealOf(record, scansFingerprint) === seal ? [] : ['the record of the objective was altered']),
    ...(task === record.task ? [] : ['the task is not the one that was recorded']),
    ...told(among(pretraining), 'pretrained on'),
    ...told(among(labelled), 'scored by'),
  ];
}

const told = (count: number, how: string): readonly string[] =>
  count === 0
    ? []
    : [
        `${plural(count, 'patient')} of the test ${count === 1 ? 'was' : 'were'} among those that candidates were ${how}`,
      ];

interface Recomputed {
  readonly because: string | null;
  readonly problems: readonly string[];
}

/** Recomputes who is set aside for the test, as the manifest says it now. */
function byManifest(
  experiment: Experiment,
  record: ObjectiveRecord,
  inside: ReadonlySet<string>,
): Recomputed {
  const path = objectiveManifest(experiment);
  const name = basename(path);
  if (!existsSync(path)) return { because: `${name} is not there`, problems: [] };
  const rows = manifestRows(path);
  const pseudonyms = patientPseudonyms(patientsOf(rows));
  const { patients } = record;
  const unchanged = sha256(readFileSync(path)) === record.manifest;
  if (pseudonyms.key !== patients.key) {
    return unchanged
      ? { because: null, problems: [`the patients recorded are not those of ${name}`] }
      : { because: `${name} has other patients than when the search began`, problems: [] };
  }
  const test = pseudonyms.of(rows.flatMap((row) => (row.test ? [row.patient] : [])));
  const others = pseudonyms.of(rows.flatMap((row) => (row.test ? [] : [row.patient])));
  const entered = test.filter((one) => inside.has(one)).length;
  return {
    because: null,
    problems: [
      ...(entered === 0
        ? []
        : [
            `${plural(entered, 'patient')} that ${name} sets aside for the test ${entered === 1 ? 'was' : 'were'} in the lineage`,
          ]),
      ...(unchanged ? unchangedProblems(patients, test, others, name) : []),
    ],
  };
}

/** What an unchanged manifest must give again. */
function unchangedProblems(
  { test: recorded, labelled }: PatientRecord,
  test: readonly string[],
  others: readonly string[],
  name: string,
): readonly string[] {
  const known = new Set(others);
  return [
    ...(recorded.join() === test.join()
      ? []
      : [`the patients of the test are not those that ${name} sets aside`]),
    ...(labelled.every((one) => known.has(one))
      ? []
      : [`patients are recorded as labelled that ${name} does not label`]),
  ];
}

/** A score by the objective is what was recorded with it. */
function scoreProblems(
  store: Store,
  row: ExperimentRow,
  { objective, objectives }: Experiment,
  { metric }: ObjectiveRecord,
): readonly string[] {
  const worst = objective?.worstGroup !== undefined && !objectives.includes('worstGroup');
  const scores = probedValues(store, row.id, worst ? WORST_GROUP : metric);
  const proxies = probedValues(store, row.id, PROXY_SCORE);
  return listCandidates(store, row.id).flatMap(({ id, number }) => {
    const score = evaluationsOf(store, id).at(-1)?.score ?? null;
    if (score === null) return [];
    if (!proxies.has(number)) return [`candidate ${number} was not scored by the objective`];
    return scores.get(number) === score
      ? []
      : [`candidate ${number} has the score ${score}, but ${scores.get(number) ?? 'none'} by the objective`];
  });
}
