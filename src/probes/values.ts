/**
 * The results of a probe as a list of named values, as the database keeps them (table `probes`).
 */
import type { ProbeValue } from '../core/records.js';
import type { Matrix } from '../core/linear-algebra/matrix.js';
import type { ProbeResult } from './probe.js';

/**
 * `ridge` and `knn`: accuracy on unseen patients; `chance`: of always naming the commonest class; `rank` and
 * `variance`: of the features, whose number is `features`; `crops`: how many there were.
 */
export function probeValues({ ridge, knn, chance, spread }: ProbeResult, x: Matrix): readonly ProbeValue[] {
  const plain = (name: string, value: number): ProbeValue => ({ name, value, low: null, high: null });
  const scored = (name: string, { accuracy, ci95: [low, high] }: ProbeResult['knn']): ProbeValue => ({
    name,
    value: accuracy,
    low,
    high,
  });
  return [
    scored('ridge', ridge),
    scored('knn', knn),
    plain('chance', chance),
    plain('rank', spread.effectiveRank),
    plain('variance', spread.variance),
    plain('features', x.columns),
    plain('crops', x.rows),
  ];
}
