/**
 * What the leak meter reads from: the frozen features of all scans, or the covariates where there are none.
 */
import { applyCovariates, encodeCovariates } from '../../downstream/cohort/encode.js';
import { leakReport, type LeakReport } from '../../downstream/fairness/leak-report.js';
import { meanOverTiles, withoutEarly } from '../../downstream/training/encode.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import type { FitSetup } from '../../workers/fits/setup.js';
import type { ModelInputs } from '../../workers/fits/unit.js';

/** Undefined without attributes, and where the encoder is trained: each model then has features of its own. */
export function leakOf(
  { manifest, rows, groups, targets }: Cohort,
  setup: Pick<FitSetup, 'features' | 'covariates'>,
  inputs: ModelInputs,
): LeakReport | undefined {
  if (Object.keys(groups).length === 0 || inputs.encoder !== undefined) return undefined;
  const known = { patients: rows.map(({ patient }) => patient), groups };
  const frozen = setup.features[inputs.features ?? ''];
  if (frozen !== undefined) {
    const features = meanOverTiles(withoutEarly(frozen), frozen.tiles);
    return leakReport({ source: 'features', features, ...known }, [0]);
  }
  const covariates = setup.covariates[inputs.covariates ?? ''] ?? [];
  if (covariates.length === 0) return undefined;
  const all = [...rows.keys()];
  const features = applyCovariates(encodeCovariates({ manifest, covariates, targets }, all), covariates, all);
  return leakReport({ source: 'covariates', features, ...known }, [0]);
}
