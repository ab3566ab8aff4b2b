/**
 * The record of a choice of engine and device, as a database holds it.
 */
import { z } from 'zod';
import type { Json } from '../core/json.js';
import type { EngineChoice } from './engine-choice.js';

/** The record of a choice in the database. */
export function choiceToJson({ reason, measured }: EngineChoice): Json {
  return { reason, measured: (measured ?? []).map((entry) => ({ ...entry })) };
}

/** The reason that was recorded with an experiment. */
export function recordedReason({ engineChoice }: { readonly engineChoice?: Json | null }): string {
  const record = z.object({ reason: z.string() }).safeParse(engineChoice ?? null);
  return record.success ? record.data.reason : 'as before';
}
