/**
 * The content of the column `experiments.spec`: the experiment file, complete, and the hashes of the user's own code.
 */
import { type Json, plainJson } from '../core/json.js';
import type { CodeRecord } from '../experiment/code-record.js';
import type { ObjectiveRecord } from './searching/objective/record.js';
import type { Experiment } from '../experiment/schema.js';

export interface SearchSpec {
  readonly experiment: Experiment;
  readonly code: CodeRecord;
  /** Channels of the scans. */
  readonly channels: number;
  /** The task's least score; its greatest is 1. Absent in databases of voxolve 0.2: 0 then. */
  readonly worst?: number;
  /** Of an objective: hashes of its task, table and crops, and of the patients inside and outside of the lineage. */
  readonly objective?: ObjectiveRecord;
  /** Fingerprint of the labelled crops, where features are probed. */
  readonly labelled?: string;
}

export const specToJson = (spec: SearchSpec): Json => plainJson(spec);
export const specFromJson = (json: Json): SearchSpec => json as unknown as SearchSpec;
