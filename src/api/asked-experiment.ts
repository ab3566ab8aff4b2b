/**
 * The experiment that a caller asks for: a file or a value, with options over it.
 */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../core/errors.js';
import { definedEntries } from '../core/json.js';
import { parseOrThrow } from '../core/validate.js';
import { withTaskContent } from '../experiment/objective.js';
import { experimentFrom, readExperiment } from '../experiment/read.js';
import { Experiment } from '../experiment/schema.js';

export { devices, engineNames } from '../experiment/schema.js';
export { experimentJsonSchema } from '../experiment/json-schema.js';

/** The content of an experiment file, without what has a default. */
export type ExperimentInput = z.input<typeof Experiment>;

/** Path of an experiment file (JSON), or its content; paths in a value are relative to the working directory. */
export type AskedExperiment = string | ExperimentInput;

/** Options that take the place of the experiment's own. */
export interface ExperimentOverrides {
  readonly engine?: Experiment['engine'] | undefined;
  readonly device?: Experiment['device'] | undefined;
  readonly seed?: number | undefined;
}

export async function readAsked(asked: AskedExperiment): Promise<Experiment> {
  return typeof asked === 'string'
    ? readExperiment(asked)
    : withTaskContent(experimentFrom(asked, 'experiment', process.cwd()));
}

/** The experiment with other values, checked once more. Undefined values change nothing. */
export function withOverrides(experiment: Experiment, overrides: object): Experiment {
  return parseOrThrow(
    Experiment,
    { ...experiment, ...definedEntries(overrides) },
    'options over the experiment',
  );
}

/** The experiment with another table of outcomes than its objective names; absent: its own. */
export function withOutcomes(experiment: Experiment, outcomes: string | undefined): Experiment {
  const { objective } = experiment;
  if (outcomes === undefined) return experiment;
  if (objective !== undefined)
    return { ...experiment, objective: { ...objective, manifest: resolve(outcomes) } };
  throw new UserError({
    subject: '--outcomes',
    problem: 'the experiment has no objective that candidates are scored by',
    fix: 'leave it out, or add "objective": { "head": "TASK.json" } to the experiment',
  });
}
