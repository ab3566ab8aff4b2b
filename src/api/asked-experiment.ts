/**
 * The experiment that a caller asks for: a file or a value, with options over it.
 */
import { definedEntries } from '../core/json.js';
import type { z } from 'zod';
import { parseOrThrow } from '../core/validate.js';
import { withTaskContent } from '../experiment/objective.js';
import { experimentFrom, readExperiment } from '../experiment/read.js';
import { Experiment } from '../experiment/schema.js';

export { devices } from '../experiment/schema.js';
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
