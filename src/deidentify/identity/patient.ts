/**
 * Pseudonyms of patients and the shift of their dates, from the keyed hash of the patient's identity.
 */
import type { Key } from './key.js';

export interface Patient {
  /** Which patient it is, from the old identity: for comparing, never for writing. */
  readonly identity: string;
  readonly pseudonym: string;
  /** Days by which all dates move; between one and ten years back, never 0. */
  readonly shift: number;
}

export interface PatientFacts {
  readonly id: string;
  readonly name: string;
  readonly birthDate: string;
  readonly study: string;
}

/** Letters and digits that nobody takes for others (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LETTERS_LONG = 16;
const [LEAST_DAYS, SPAN_DAYS] = [366, 3287];

/** The Patient ID says who it is; without one, name and birth date do, and without these the study. */
export function patientOf(facts: PatientFacts, key: Key): Patient {
  const identity = identityOf(facts);
  const shift = key.hash('shift', identity).readUIntBE(0, 6) % SPAN_DAYS;
  return { identity, pseudonym: pseudonymOf(identity, key), shift: -(LEAST_DAYS + shift) };
}

function identityOf({ id, name, birthDate, study }: PatientFacts): string {
  if (id !== '') return `id ${id}`;
  if (name !== '') return `name ${name} ${birthDate}`;
  return `study ${study}`;
}

export function pseudonymOf(identity: string, key: Key): string {
  const bytes = key.hash('patient', identity);
  const letters = [...bytes.subarray(0, LETTERS_LONG)].map((byte) => LETTERS[byte % LETTERS.length]);
  return `VX${letters.join('')}`;
}
