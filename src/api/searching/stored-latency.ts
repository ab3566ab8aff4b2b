/**
 * The limit on latency and the model that it is judged by, as a database holds them.
 */
import { processor } from '../../calibration/stored-calibration.js';
import { UserError } from '../../core/errors.js';
import { LatencyModel } from '../../pretrain/latency.js';
import type { ExperimentRow as Row } from '../../store/index.js';
import { specFromJson } from '../search-spec.js';

/** The limit in milliseconds; undefined where there is none. */
export function latencyLimit(row: Pick<Row, 'spec'>): number | undefined {
  // Databases of tests and of other programs may hold no experiment file.
  const { experiment } = specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>;
  return experiment?.constraints?.latency;
}

/** The model that a database holds; undefined where its search has no limit on latency. */
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

/** A limit on latency, and the model that it is judged by. */
export interface LatencyLimit {
  /** Milliseconds of one inference. */
  readonly limit: number;
  readonly model: LatencyModel;
  /** True if the model was measured on this machine's processor. */
  readonly measuredHere: boolean;
}

/** Null without a limit. */
export function latencyLimitOf(
  limit: number | undefined,
  model: LatencyModel | undefined,
): LatencyLimit | null {
  if (limit === undefined || model === undefined) return null;
  return { limit, model, measuredHere: model.machine === processor() };
}
