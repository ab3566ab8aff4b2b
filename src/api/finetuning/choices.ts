/**
 * What the models of a run chose from their rows: penalties, the step that was kept, temperatures, weights of parts.
 */
import { definedEntries } from '../../core/json.js';
import type { FittedModel } from '../../downstream/training/fit.js';
import type { Choices, ModelChoices } from '../reporting/choices.js';
import type { Answering } from './answers.js';

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
