/**
 * The file of sites that `--federated` names, and what follows from it for the training.
 */
import { UserError } from '../../core/errors.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Experiment } from '../../experiment/schema.js';
import { FederationOptions } from '../../federated/options.js';
import { noiseFor } from '../../federated/privacy/accountant.js';
import { withOverrides } from '../asked-experiment.js';
import { readJsonRecord } from '../evaluating/read-json.js';

export function readFederation(path: string): FederationOptions {
  return parseOrThrow(FederationOptions, readJsonRecord(path), path);
}

/** The noise multiplier: as given, or what `epsilon` needs; undefined where there is none. */
export function noiseOf(options: FederationOptions, subject: string): number | undefined {
  const { noise, epsilon, delta, participation, rounds } = options;
  if (epsilon === undefined) return noise;
  const needed = noiseFor({ epsilon, delta, sampling: participation, steps: rounds });
  if (Number.isFinite(needed)) return needed;
  throw new UserError({
    subject,
    problem: `no noise makes ${rounds} rounds cost an epsilon of ${epsilon}`,
    fix: 'allow a larger epsilon, or fewer rounds',
  });
}

/** Rounds between validations. */
export function roundsBetween({ evaluateEvery, rounds }: FederationOptions): number {
  return evaluateEvery ?? Math.max(1, Math.round(rounds / 10));
}

/** The experiment with as many steps as a site takes that is in every round, and without early stopping. */
export function federatedExperiment(experiment: Experiment, options: FederationOptions): Experiment {
  const { earlyStopping: _, ...training } = experiment.training;
  const { rounds, localSteps } = options;
  const evaluateEvery = roundsBetween(options) * localSteps;
  return withOverrides(experiment, { training: { ...training, steps: rounds * localSteps, evaluateEvery } });
}
