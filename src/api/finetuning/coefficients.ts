/**
 * Coefficients of a linear model of covariates, by column: the change of the log hazard per unit of the covariate.
 */
import { ownScale } from '../../downstream/training/own-scale.js';
import type { FitResult, ModelInputs } from '../../workers/fits/unit.js';

/** Undefined where the model reads scans, tells no time to an event, or is not linear with one output. */
export function coefficientsOf(
  { model, covariates }: FitResult,
  { features, encoder }: ModelInputs,
): Readonly<Record<string, number>> | undefined {
  if (features !== undefined || encoder !== undefined) return undefined;
  if (model.context.targets.kind !== 'time') return undefined;
  const { coefficients = [] } = ownScale(model) ?? {};
  const [only, second] = coefficients;
  if (only === undefined || second !== undefined || covariates === null) return undefined;
  return Object.fromEntries(covariates.columns.map(({ name }, i) => [name, only[i] ?? NaN]));
}
