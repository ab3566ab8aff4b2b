/**
 * The contract of a store (`Store` of src/store/open.ts), whichever way its database came to be: made, opened again
 * with rows, or upgraded from an older version's.
 */
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open.js';
import { insertExperiment } from '../store/rows.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
let made = 0;
const newPath = (): string => join(folder, `${made++}.db`);

interface Fixture {
  readonly title: string;
  /** A database that has its schema; how many experiments it holds does not matter. */
  readonly make: () => string;
}

const fixtures: readonly Fixture[] = [
  {
    title: 'that was made and opened again',
    make: () => {
      const path = newPath();
      openStore(path, 'create').close();
      return path;
    },
  },
  {
    title: 'that holds rows of an earlier writer',
    make: () => {
      const path = newPath();
      openStore(path, 'create', insertExperiment).close();
      return path;
    },
  },
  {
    title: 'that version 0.2.0 made',
    make: () => {
      const path = newPath();
      const old = new URL('../fixtures/databases/version-0.2.0.sqlite', import.meta.url);
      copyFileSync(fileURLToPath(old), path);
      chmodSync(path, 0o644);
      return path;
    },
  },
];

const countOf = (store: Store): number =>
  store.statement('SELECT count(*) FROM experiments').pluck().get() as number;

/** Another one, whatever is there. */
let named = 0;
function insert(store: Store): void {
  store
    .statement(
      `INSERT INTO experiments (name, spec, seed, strategy, space, task, lookahead, candidates, engine, device, scans,
         scans_fingerprint, metric, chance, created_at, voxolve_version)
       VALUES (?, '{}', 0, '', '', '', 1, 1, '', '', '', '', '', 0, '', '')`,
    )
    .run(`experiment ${named++}`);
}

describe.each(fixtures)('a database $title', ({ make }) => {
  it('says where it is and whether it can be written to', () => {
    const path = make();
    const writer = openStore(path, 'write');
    expect([writer.path, writer.writable]).toEqual([path, true]);
    writer.close();
    const reader = openStore(path, 'read');
    expect([reader.path, reader.writable]).toEqual([path, false]);
    expect(() => insert(reader)).toThrow('readonly');
    reader.close();
  });

  it('keeps what was committed when it is closed and opened again', () => {
    const path = make();
    const writer = openStore(path, 'write');
    const before = countOf(writer);
    writer.transaction(() => insert(writer));
    writer.close();
    const reader = openStore(path, 'read');
    expect(countOf(reader)).toBe(before + 1);
    reader.close();
  });

  it('undoes a transaction that throws, with those within it', () => {
    const store = openStore(make(), 'write');
    const before = countOf(store);
    expect(() =>
      store.transaction(() => {
        store.transaction(() => insert(store));
        throw new Error('halfway');
      }),
    ).toThrow('halfway');
    expect(countOf(store)).toBe(before);
    store.close();
  });

  it('undoes an inner transaction that throws alone, where the outer one goes on', () => {
    const store = openStore(make(), 'write');
    const before = countOf(store);
    store.transaction(() => {
      insert(store);
      expect(() =>
        store.transaction(() => {
          insert(store);
          throw new Error('inner');
        }),
      ).toThrow('inner');
    });
    expect(countOf(store)).toBe(before + 1);
    store.close();
  });

  it('lets readers read while a transaction is open, and sees no half of it', () => {
    const path = make();
    const writer = openStore(path, 'write');
    const reader = openStore(path, 'read');
    const before = countOf(reader);
    writer.transaction(() => {
      insert(writer);
      expect(countOf(reader)).toBe(before);
    });
    expect(countOf(reader)).toBe(before + 1);
    reader.close();
    writer.close();
  });

  it('lets a reader see one instant while others write', () => {
    const path = make();
    const writer = openStore(path, 'write');
    const reader = openStore(path, 'read');
    const before = countOf(reader);
    reader.snapshot(() => {
      expect(countOf(reader)).toBe(before);
      insert(writer);
      expect(countOf(reader)).toBe(before);
    });
    expect(countOf(reader)).toBe(before + 1);
    reader.close();
    writer.close();
  });

  it('prepares a statement once per text', () => {
    const store = openStore(make(), 'write');
    const sql = 'SELECT count(*) FROM candidates';
    expect(store.statement(sql)).toBe(store.statement(sql));
    store.close();
  });

  it('refuses rows that break its rules', () => {
    const store = openStore(make(), 'write');
    insert(store);
    const experiment = store.statement('SELECT max(id) FROM experiments').pluck().get() as number;
    const candidate = (number: number, status: string): unknown =>
      store
        .statement(
          "INSERT INTO candidates (experiment, number, genome, genome_hash, status) VALUES (?, ?, '{}', '', ?)",
        )
        .run(experiment, number, status);
    candidate(0, 'done');
    expect(() => candidate(0, 'done')).toThrow('UNIQUE');
    expect(() => candidate(-1, 'done')).toThrow('CHECK');
    expect(() => candidate(1, 'finished')).toThrow('CHECK');
    expect(() =>
      store
        .statement("INSERT INTO candidate_parents (candidate, parent, role) VALUES (1, 99999, 'parent')")
        .run(),
    ).toThrow('FOREIGN KEY');
    store.close();
  });
});
