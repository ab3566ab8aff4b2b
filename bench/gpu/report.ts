/**
 * What `check:gpu` prints at its end, and the content of `--json`.
 */
import { table } from '../../src/cli/views/format.js';
import type { PartResult } from './run-part.js';
import type { RateRow } from './rates.js';

/** Parts and what they showed, then the rates that were measured. */
export function reportText(results: readonly PartResult[]): string {
  const lines = results.map(({ name, status, seconds, says }) => [
    name,
    status,
    `${seconds.toFixed(0)} s`,
    says,
  ]);
  const parts = table(['part', 'result', 'took', 'shows'], lines);
  const rates = results.flatMap(ratesOf);
  if (rates.length === 0) return parts;
  const header = ['side', 'workers', 'precision', 'candidates/h', 'evaluated', 'in'];
  const measured = rates.map((row) => [
    ...[row.side, row.workers, row.precision, Math.round(row.candidates_per_hour), row.evaluated],
    `${row.seconds.toFixed(1)} s`,
  ]);
  return `${parts}\n\n${table(header, measured)}`;
}

function ratesOf({ figures }: PartResult): readonly RateRow[] {
  return (figures?.['rates'] ?? []) as unknown as readonly RateRow[];
}

/** Fails where a part failed; what was skipped or cut is no failure. */
export const failed = (results: readonly PartResult[]): boolean =>
  results.some(({ status }) => status === 'failed');

export function verdict(results: readonly PartResult[]): string {
  const count = (status: string): number => results.filter((result) => result.status === status).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('cut')} cut, ${count('skipped')} skipped`;
}

/** Content of `--json`. */
export function jsonText(asked: object, parts: readonly PartResult[]): string {
  return `${JSON.stringify({ ...asked, parts }, null, 2)}\n`;
}
