/**
 * A probe: how well frozen features tell classes apart on patients that the probe did not learn from.
 */
import type { Rng } from '../core/random.js';
import { nearestNeighbours, tunedRidge, type Classifier } from './classifiers.js';
import { spreadOf, type Spread } from './collapse.js';
import { meanOf } from '../core/statistics/descriptive.js';
import { groupedShare, type Interval } from '../core/statistics/intervals.js';
import { standardised, takeRows, type Matrix } from '../core/linear-algebra/matrix.js';

export interface ProbeScore {
  readonly accuracy: number;
  /** Over patients, since crops of one are alike. */
  readonly ci95: Interval;
}

export interface ProbeResult {
  readonly ridge: ProbeScore;
  readonly knn: ProbeScore;
  /** Accuracy of always naming the commonest class among those tested. */
  readonly chance: number;
  readonly spread: Spread;
}

/**
 * @param features one row per sample
 * @param labels class of each sample
 * @param patients whose sample it is; half of them, drawn by `rng`, are learnt from
 */
export function probe(
  features: Matrix,
  labels: readonly number[],
  patients: readonly number[],
  rng: Rng,
): ProbeResult {
  const ids = rng.split('patients').shuffle([...new Set(patients)].sort((a, b) => a - b));
  const learners = new Set(ids.slice(0, Math.ceil(ids.length / 2)));
  const rows = labels.map((_, i) => i);
  const learnt = rows.filter((i) => learners.has(patients[i] ?? -1));
  const tested = rows.filter((i) => !learners.has(patients[i] ?? -1));
  const x = standardised(features, learnt);
  const of = <T>(values: readonly T[], indices: readonly number[]): T[] => indices.map((i) => values[i] as T);
  const truth = of(labels, tested);
  const score = (classifier: Classifier): ProbeScore => {
    const answers = classifier(takeRows(x, learnt), of(labels, learnt), takeRows(x, tested));
    const hits = answers.map((answer, i) => (answer === truth[i] ? 1 : 0));
    const byPatient = new Map<number, number[]>();
    of(patients, tested).forEach((patient, i) => {
      byPatient.set(patient, [...(byPatient.get(patient) ?? []), hits[i] ?? 0]);
    });
    const groups = [...byPatient.values()].map((own) => ({
      sum: own.reduce((sum, hit) => sum + hit, 0),
      count: own.length,
    }));
    return { accuracy: meanOf(hits), ci95: groupedShare(groups) };
  };
  const counts = [...new Set(truth)].map((label) => truth.filter((other) => other === label).length);
  return {
    ridge: score(tunedRidge(of(patients, learnt))),
    knn: score(nearestNeighbours(Math.min(15, learnt.length))),
    chance: Math.max(0, ...counts) / Math.max(1, truth.length),
    spread: spreadOf(features),
  };
}
