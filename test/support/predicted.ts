/**
 * What the code of a run's `model/` tells of a manifest, compared with what the run itself told.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { present } from '../../src/core/errors.js';
import { pythonOutput } from './python.js';

export type CsvRow = Readonly<Record<string, string>>;

/** Rows of a CSV without quotes, by column. */
export function csvRows(path: string): CsvRow[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries<string>(line.split(',').map((cell, i) => [names[i] ?? '', cell] as const)),
  );
}

/** Runs `predict.py` of the run; returns its rows. */
export function predictedRows(run: string, manifest: string, ...more: readonly string[]): CsvRow[] {
  const output = `${run}-predicted.csv`;
  pythonOutput(join(run, 'model', 'predict.py'), manifest, '--output', output, '--device', 'cpu', ...more);
  return csvRows(output);
}

/** Expects each column that was told of the run's test rows as it is in `predictions.csv`, to 1e-3; returns these columns. */
export function expectTestRows(run: string, told: readonly CsvRow[]): readonly string[] {
  const byPath = new Map(told.map((row) => [row['path'], row]));
  const tested = csvRows(join(run, 'predictions.csv')).filter(({ split }) => split === 'test');
  const columns = Object.keys(told[0] ?? {}).filter((name) => name !== 'path' && name !== 'patient');
  expect(tested.length).toBeGreaterThan(0);
  for (const row of tested) {
    const found = present(byPath.get(row['path']), row['path'] ?? '');
    for (const name of columns) {
      const expected = Number(row[name]);
      const distance = Math.abs(Number(found[name]) - expected);
      expect(distance, `${name} of ${row['path'] ?? ''}`).toBeLessThan(
        1e-3 * Math.max(1, Math.abs(expected)),
      );
    }
  }
  return columns;
}
