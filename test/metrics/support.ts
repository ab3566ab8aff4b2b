/**
 * Tables for tests of metrics: from the data beside the project where it is there, and random ones.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { rngOf } from '../../src/core/random.js';

const DATA = fileURLToPath(new URL('../../../shared/data/outcomes', import.meta.url));

/** Whether there are outcomes beside the project. */
export const hasOutcomes = existsSync(DATA);

/** Put into the title of tests that are skipped without them. */
export const needsOutcomes = '(needs ../shared/data/outcomes)';

export function readOutcome(path: string): string {
  return readFileSync(`${DATA}/${path}`, 'utf8');
}

/** Columns of a CSV file by name, as numbers where they are some. */
export function readColumns(path: string): (name: string) => number[] {
  const rows = parse<Record<string, string>>(readOutcome(path), { columns: true });
  return (name) => rows.map((row) => Number(row[name]));
}

/** WHAS500's rows with a Cox model's risk, without a head: event, time, risk. */
export function whasPredictions(): { events: number[]; times: number[]; risk: number[] } {
  const columns = ['event', 'time', 'risk'];
  const rows = parse<Record<string, string>>(readOutcome('reference/whas500_predictions.csv'), { columns });
  const column = (name: string): number[] => rows.map((row) => Number(row[name]));
  return { events: column('event'), times: column('time'), risk: column('risk') };
}

/** Random rows with events and censoring, risks that tell a little, and ties in times and risks. */
export function randomFollowUp(
  n: number,
  seed: number,
): { events: number[]; times: number[]; risk: number[] } {
  const rng = rngOf(seed, 'follow-up');
  const risk = Array.from({ length: n }, () => Math.round(rng.normal() * 4) / 4);
  const times = risk.map((r) => Math.round(-20 * Math.log(1 - rng.float()) * Math.exp(-r)));
  const events = risk.map(() => (rng.bool(0.6) ? 1 : 0));
  return { events, times, risk };
}

/** Random probabilities of two classes, tied here and there, and labels that they tell a little about. */
export function randomBinary(n: number, seed: number): { labels: number[]; p: number[] } {
  const rng = rngOf(seed, 'binary');
  const p = Array.from({ length: n }, () => Math.round(rng.uniform(0.02, 0.98) * 40) / 40);
  return { p, labels: p.map((q) => (rng.bool(0.25 + q / 2) ? 1 : 0)) };
}
