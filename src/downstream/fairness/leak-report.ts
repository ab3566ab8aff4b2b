/**
 * What the leak meter found, as a report tells it: for each attribute the area under the curve of a reader, 0.5 where nothing
 * can be read and 1 where everything can, with its interval.
 */
import { rngOf, type Key } from '../../core/random.js';
import type { Tensor } from '../../core/tensor.js';
import { reportOf, type Metric } from '../../metrics/index.js';
import { readAttribute } from './leak.js';

export interface AttributeLeak {
  /** Of the second value of two; of more the mean over values, each against the others. */
  readonly auroc: Metric;
  /** Values of the attribute that too few patients have. */
  readonly left_out: readonly string[];
}

export interface LeakReport {
  /** What was read from. */
  readonly source: 'features' | 'covariates';
  readonly attributes: Readonly<Record<string, AttributeLeak>>;
}

export interface LeakInput {
  readonly source: LeakReport['source'];
  /** `[N, F]`. */
  readonly features: Tensor;
  readonly patients: readonly string[];
  /** Groups by attribute; null: unknown. */
  readonly groups: Readonly<Record<string, readonly (string | null)[]>>;
}

export function leakReport({ source, features, patients, groups }: LeakInput, seed: Key): LeakReport {
  const attributes = Object.entries(groups).map(([attribute, values]): [string, AttributeLeak] => {
    const key = [...seed, 'leak', attribute];
    const reading = readAttribute({ features, groups: values, patients }, rngOf(...key));
    if ('refused' in reading) {
      const n = values.filter((value) => value !== null).length;
      const auroc = { value: null, ci95: null, n, refused: reading.refused };
      return [attribute, { auroc, left_out: reading.leftOut }];
    }
    const auroc = reportOf(reading.table, { seed: key })['auroc'];
    if (auroc === undefined) throw new Error('no area under the curve was told');
    return [attribute, { auroc, left_out: reading.leftOut }];
  });
  return { source, attributes: Object.fromEntries(attributes) };
}
