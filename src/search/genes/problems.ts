/**
 * Wording of what is wrong with a genome, and checks of the arguments that genes are made from.
 */
import { canonicalJson, type Json } from '../../core/json.js';
import { pointerOf, type Path } from './pointer.js';

/** `/stages/1/width must be one of 8, 16, got 12`. */
export function complaint(at: Path, rule: string, got: Json | undefined): string {
  return `${pointerOf(at) || 'the genome'} ${rule}, got ${textOf(got)}`;
}

/** JSON text of a value, shortened where it is long. */
export function textOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** Throws unless a gene's values are at least one and all different. */
export function distinct(kind: string, values: readonly Json[]): void {
  if (values.length === 0) throw new Error(`${kind} needs at least one value`);
  if (new Set(values.map(canonicalJson)).size < values.length) {
    throw new Error(`${kind} needs different values, got ${textOf(values)}`);
  }
}
