import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeFolder } from '../../src/export/write-folder.js';
import { csvFiles } from '../../src/interop/tables/csv.js';
import { parquetFiles } from '../../src/interop/tables/parquet.js';
import { pythonWith } from '../support/python.js';
import { ownFolder, searchedIn, type Searched } from './searched.js';

const folder = ownFolder();
const HOSTILE = '=HYPERLINK("http://example.com","a,b")\n\u202e</script>';
let searched: Searched;
beforeAll(async () => {
  searched = await searchedIn(folder);
  const { store } = searched;
  store
    .statement("UPDATE evaluations SET error = ?, device = '+1', engine = ' onnx ' WHERE id = 1")
    .run(HOSTILE);
  store.statement('UPDATE candidates SET params = ? WHERE number = 3').run(2 ** 40 + 1);
  store.statement("UPDATE mutations SET before = '-1' WHERE id = (SELECT min(id) FROM mutations)").run();
});

/** The rows that the files shall hold, by SQL of their own. */
const EXPECTED = {
  candidates: `SELECT number AS candidate, rung, status, score, params, macs, latency, genome_hash, genome
    FROM candidates ORDER BY number`,
  parents: `SELECT c.number AS candidate, p.number AS parent, role FROM candidate_parents
    JOIN candidates c ON c.id = candidate JOIN candidates p ON p.id = parent ORDER BY 1, 2, 3`,
  mutations: `SELECT number AS candidate, kind, path, before, after FROM mutations
    JOIN candidates ON candidates.id = candidate ORDER BY number, mutations.id`,
  evaluations: `SELECT number AS candidate, purpose, e.rung, e.seed, steps, e.status, e.score, ended, seconds, finished_at, peak_bytes,
    engine, device, processor_class, worker, attempts, error, artifact
    FROM evaluations e JOIN candidates ON candidates.id = candidate ORDER BY number, purpose, e.rung, e.seed`,
  curves: `SELECT number AS candidate, purpose, e.rung, e.seed, name, step, value FROM curves
    JOIN evaluations e ON e.id = evaluation JOIN candidates ON candidates.id = e.candidate
    ORDER BY number, purpose, e.rung, e.seed, name, step`,
  probes: `SELECT number AS candidate, purpose, e.rung, e.seed, name, value, low, high FROM probes
    JOIN evaluations e ON e.id = evaluation JOIN candidates ON candidates.id = e.candidate`,
} as const;

/** A Python that reads Parquet. */
const pyarrow = pythonWith('pyarrow.parquet');

type Row = Record<string, string | number | null>;
const rowsOf = (name: keyof typeof EXPECTED): Row[] =>
  searched.store.statement(EXPECTED[name]).all() as Row[];

const tables = Object.keys(EXPECTED) as (keyof typeof EXPECTED)[];

describe('the tables as CSV', () => {
  it.each(tables)('hold all rows of %s', async (name) => {
    const output = join(folder, `csv-${name}`);
    await writeFolder(output, csvFiles(searched.store, searched.row));
    const text = execFileSync('cat', [join(output, `${name}.csv`)], { encoding: 'utf8' });
    const read = parse<Record<string, string>>(text, { columns: true });
    const expected = rowsOf(name);
    expect(expected.length).toBeGreaterThan(0);
    const guarded = (value: string | number | null): string =>
      value === HOSTILE || value === '+1' ? `'${value}` : String(value ?? '');
    expect(read).toEqual(
      expected.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, guarded(value)])),
      ),
    );
  });

  it('hold numbers from which the same numbers are read, those below zero included', () => {
    const [text] = ['curves.csv'].map((name) =>
      [...(csvFiles(searched.store, searched.row)[name] ?? [])].join(''),
    );
    const values = parse<Row>(text ?? '', { columns: true }).map(({ value }) => value);
    expect(values).toContain('-0.125');
    expect(values.filter((value) => value !== '').map(Number)).toEqual(
      rowsOf('curves')
        .map(({ value }) => value)
        .filter((value) => value !== null),
    );
  });
});

describe('the tables as Parquet', () => {
  it.each(tables)('hold all rows of %s, typed', async (name) => {
    const bytes = parquetFiles(searched.store, searched.row)[`${name}.parquet`];
    const file = (bytes ?? new Uint8Array()).slice().buffer;
    const read = await parquetReadObjects({ file });
    const numbers = read.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
      ),
    );
    expect(numbers).toEqual(rowsOf(name));
  });

  it.skipIf(pyarrow === undefined)('are read by pyarrow (needs pyarrow)', () => {
    const output = join(folder, 'parquet');
    mkdirSync(output);
    for (const [name, bytes] of Object.entries(parquetFiles(searched.store, searched.row))) {
      writeFileSync(join(output, name), bytes);
    }
    const script =
      'import json, sys, pyarrow.parquet as pq\nprint(json.dumps(pq.read_table(sys.argv[1]).to_pylist()))';
    for (const name of tables) {
      const path = join(output, `${name}.parquet`);
      const printed = execFileSync(pyarrow ?? '', ['-c', script, path], { encoding: 'utf8' });
      expect(JSON.parse(printed)).toEqual(rowsOf(name));
    }
  });
});
