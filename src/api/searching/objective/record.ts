/**
 * What a search's database keeps of its objective: hashes of the task, of the table and of the labelled crops, and who was
 * and who was not in the lineage, so that anybody can check that the patients of the final test were outside.
 *
 * Patients are keyed hashes. The key is made of the names of all patients of the manifest, so it stands in no file: who has
 * the manifest can recompute every hash, and who has not cannot test guessed names.
 */
import { createHmac } from 'node:crypto';
import { hashJson } from '../../../core/hash.js';
import type { Json } from '../../../core/json.js';

export interface ObjectiveRecord {
  /** SHA-256 of the task's content, as canonical JSON. */
  readonly task: string;
  /** SHA-256 of the manifest's bytes. */
  readonly manifest: string;
  /** Fingerprint of crops, targets, groups and folds. */
  readonly cohort: string;
  /** Metric of the score, the value that it can least have, and that of a model that knows nothing. */
  readonly metric: string;
  readonly worst: number;
  readonly chance: number;
  /** Labelled scans that candidates are scored by. */
  readonly rows: number;
  readonly patients: PatientRecord;
  /** Hash of all this and of the scans' fingerprint. */
  readonly seal: string;
}

/** Patients by their hashes, in order. */
export interface PatientRecord {
  /** Says whether a list of patients gives the same key. */
  readonly key: string;
  /** Of the scans that candidates are pretrained on, and validated by. */
  readonly pretraining: readonly string[];
  /** Of the labelled scans of the inner folds. */
  readonly labelled: readonly string[];
  /** Set aside for the final test: outside of the lineage. */
  readonly test: readonly string[];
}

export interface Pseudonyms {
  readonly key: string;
  of(names: Iterable<string>): readonly string[];
}

/** Letters of a patient's hash. */
const LETTERS = 20;

/** `patients`: all of the manifest, each once, in order. */
export function patientPseudonyms(patients: readonly string[]): Pseudonyms {
  const secret = hashJson(['patients of an objective', ...patients]);
  const hash = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
  return {
    key: hash('key'),
    of: (names) => [...new Set(names)].map((name) => hash(`patient ${name}`).slice(0, LETTERS)).sort(),
  };
}

export function sealOf(record: Omit<ObjectiveRecord, 'seal'>, scansFingerprint: string): string {
  return hashJson({ ...(record as unknown as Record<string, Json>), scansFingerprint });
}
