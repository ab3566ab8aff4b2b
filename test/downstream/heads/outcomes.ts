/**
 * Published tables of times to an event, and values that others computed of them: `../shared/data/outcomes`, which is not in
 * the repository.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { tensor } from '../../../src/core/tensor.js';
import type { TimeTargets } from '../../../src/downstream/targets.js';
import type { Tensor } from '../../../src/core/tensor.js';

const folder = new URL('../../../../shared/data/outcomes/', import.meta.url);

export const haveOutcomes = existsSync(folder);
export const needsOutcomes = haveOutcomes ? '' : '(skipped: needs ../shared/data/outcomes)';

export function reference(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`reference/${name}`, folder), 'utf8'));
}

export interface TimeTable {
  readonly features: Tensor;
  readonly targets: TimeTargets;
}

type Row = Readonly<Record<string, string>>;

const is = (key: string, wanted: string) => (row: Row) => Number(row[key] === wanted);

/** Columns of the reference that the table writes otherwise. */
const coded: Readonly<Record<string, (row: Row) => number>> = {
  treatment_test: is('trt', '2'),
  karnofsky: (row) => Number(row['karno']),
  months: (row) => Number(row['diagtime']),
  prior_yes: is('prior', '10'),
  cell_smallcell: is('celltype', 'smallcell'),
  cell_adeno: is('celltype', 'adeno'),
  cell_large: is('celltype', 'large'),
};

const files: Readonly<Record<string, readonly [string, string, string]>> = {
  rossi: ['rossi', 'week', 'arrest'],
  veteran: ['r_veteran', 'time', 'status'],
  whas500: ['whas500', 'lenfol', 'fstat'],
};

/** A table by its name in the reference, with the columns named there; `order` picks rows. */
export function timeTable(
  name: string,
  columns: readonly string[],
  order: (rows: number) => readonly number[] = (rows) => [...Array(rows).keys()],
): TimeTable {
  const [file, time, event] = files[name] ?? [name, 'duration', 'event'];
  const all = parse<Row>(readFileSync(new URL(`survival/${file}.csv`, folder)), { columns: true });
  const rows = order(all.length).map((row) => all[row] ?? {});
  const data = rows.flatMap((row) => columns.map((one) => coded[one]?.(row) ?? Number(row[one])));
  return {
    features: tensor([rows.length, columns.length], Float32Array.from(data)),
    targets: {
      kind: 'time',
      times: rows.map((row) => Number(row[time])),
      events: rows.map((row) => Number(row[event])),
    },
  };
}
