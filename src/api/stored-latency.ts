/**
 * The limit on latency and the model that it is judged by, as a database holds them.
 */
import { UserError } from '../core/errors.js';
import type { Json } from '../core/json.js';
import type { Experiment } from '../experiment/schema.js';
import { LatencyModel } from '../pretrain/latency.js';
import type { ExperimentRow as Row } from '../store/index.js';
import { processor } from '../calibration/stored-calibration.js';
import { plural } from '../cli/views/format.js';
import { note } from '../cli/views/output.js';
import { specFromJson } from './search-spec.js';

/** The limit in milliseconds; undefined where there is none. */
export function latencyLimit(row: Pick<Row, 'spec'>): number | undefined {
  // Databases of tests and of other programs may hold no experiment file.
  const { experiment } = specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>;
  return experiment?.constraints?.latency;
}

/** What a database holds; undefined where its search has no limit on latency. */
export function storedLatencyModel(
  row: Pick<Row, 'name' | 'spec' | 'latencyModel'>,
  database: string,
): LatencyModel | undefined {
  if (latencyLimit(row) === undefined) return undefined;
  const parsed = LatencyModel.safeParse(row.latencyModel);
  if (parsed.success) return parsed.data;
  throw new UserError({
    subject: database,
    problem: `the latency model of experiment ${row.name} is missing or was altered, and its limit rests on it`,
    fix: 'restore the database from a copy, or start a new search with another --db',
  });
}

export const shown = (input: readonly number[]): string => `[${input.join(', ')}]`;

/** The limit, what it is judged by and how far that can be trusted, in one line. */
export function latencyText(limit: number, model: LatencyModel): string {
  const { input, engine, device, machine, measured: encoders, leftOut } = model;
  const here = machine === processor() ? '' : ', another machine than this; its model is kept';
  return (
    `latency: at most ${limit} ms for ${shown(input)} on ${engine} ${device}, predicted from ` +
    `${plural(encoders.length, 'encoder')} measured on ${machine}${here}; measured over predicted, each left out of the fit: ` +
    `median ${leftOut.median.toFixed(2)}, eight in ten ${leftOut.low.toFixed(2)} to ${leftOut.high.toFixed(2)}`
  );
}

/** Says so where a search limits latency. */
export function noteLatency({ constraints }: Experiment, model: LatencyModel | undefined): void {
  if (constraints.latency !== undefined && model !== undefined) note(latencyText(constraints.latency, model));
}

/** For `status --json`; null where there is no limit. */
export function latencyJson(row: Row, database: string): Json {
  const model = storedLatencyModel(row, database);
  if (model === undefined) return null;
  const { measured: encoders, ...rest } = model;
  return { limit: latencyLimit(row) ?? null, ...rest, encoders: encoders.length };
}
