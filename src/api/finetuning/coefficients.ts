/**
 * What a report tells of the fitted models themselves: coefficients of a linear model of covariates, by column (the change of the
 * log hazard per unit of the covariate), and what models chose from their rows (penalties, the step that was kept, weights of parts).
 */
import { ownScale } from '../../downstream/training/own-scale.js';
import type { FitResult, ModelInputs } from '../../workers/fits/unit.js';
import { definedEntries } from '../../core/json.js';
import type { FittedModel } from '../../downstream/training/fit.js';
import type { Choices, ModelChoices } from '../reporting/choices.js';
import type { Answering } from './answers.js';

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

/** In the order of the models, the parts of a stack after it; undefined where none chose anything. */
export function choicesOf(answering: readonly Answering[]): Choices | undefined {
  const chosen = answering.flatMap(entriesOf).filter(([, choices]) => Object.keys(choices).length > 0);
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}

function entriesOf({ spec: { name }, result, temperature }: Answering): [string, ModelChoices][] {
  const { single, stacked } = result;
  const own = {
    ...(single && fitChoices(single.model)),
    ...definedEntries({ temperature, weights: stacked?.meta.weights }),
  };
  const parts = Object.entries(stacked?.parts ?? {}).map(([part, { model }]): [string, ModelChoices] => [
    `${name}/${part}`,
    fitChoices(model),
  ]);
  return [[name, own], ...parts];
}

function fitChoices({ steps, best, penalty }: FittedModel): ModelChoices {
  return definedEntries({ penalty, ...(steps > 0 && { steps, best_step: best }) });
}
