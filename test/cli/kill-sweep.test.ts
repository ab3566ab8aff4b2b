/**
 * Killed at whatever instant, a command leaves what the next one goes on with to the same end.
 *
 * Moments are drawn from phases measured here and now, one from each of equal parts of a phase. `npm run sweep:kills` tries 200,
 * and `VOXOLVE_KILL_MOMENTS=N` as many as one likes; without it none is. Other tests kill each command a few times.
 */
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { MIGRATIONS } from '../../src/store/schema.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { succeed as succeedIn, type Finished } from '../support/cli.js';
import { killIn, measurePhases, momentsIn, type Phase } from '../support/kills.js';
import {
  lineageTables,
  smallSpace,
  temporaryFolder,
  winnerTables,
  writeExperiment,
} from '../support/tiny.js';

const moments = Number(process.env['VOXOLVE_KILL_MOMENTS'] ?? 0);
const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const short = {
  space: smallSpace,
  training: { steps: 2, batch: 2, evaluationBatches: 1 },
  winners: { candidates: 1, seeds: 1 },
};
const candidates = 3;
const more = candidates + 1;
const experiment = writeExperiment(folder, { ...short, candidates });
const longer = writeExperiment(folder, { ...short, candidates: more }, 'longer.json');
const measured = join(folder, 'measured.db');
const reference = join(folder, 'reference.db');
const extended = join(folder, 'extended.db');
const search = (db: string): string[] => ['search', experiment, '--db', db, '--workers', '2'];
const resume = (db: string): string[] => ['resume', db, '--workers', '2'];
const exported = (db: string, to: string): string[] => ['export', db, '--to', 'pytorch', '-o', to];

const tables = (db: string): unknown => [lineageTables(db), winnerTables(db)];

const succeed = (args: readonly string[]): Promise<Finished> => succeedIn(args, env);

/** A database, its weights and its log under another name. */
function copyTo(db: string, copy: string): void {
  for (const end of ['', '-wal']) if (existsSync(db + end)) copyFileSync(db + end, copy + end);
  cpSync(`${db}.artifacts`, `${copy}.artifacts`, { recursive: true });
}

function removeDatabase(db: string): void {
  for (const end of ['', '-wal', '-shm', '-journal', '.artifacts', '.phantoms', '.unfinished'])
    rmSync(db + end, { recursive: true, force: true });
}

/** The schema as it was before the last migration. */
function downgrade(db: string): void {
  const older = new Sqlite(db);
  older.exec('ALTER TABLE evaluations DROP COLUMN worker; ALTER TABLE evaluations DROP COLUMN finished_at');
  older.pragma(`user_version = ${MIGRATIONS.length - 1}`);
  older.close();
}

/** A kind of command, what it begins with, and what must hold after it was killed. */
interface Swept {
  readonly phase: Phase;
  /** Of all moments, in percent. */
  readonly share: number;
  readonly args: (db: string) => string[];
  readonly prepare?: (db: string) => void;
  readonly goOn: (db: string) => Promise<unknown>;
}

/** Goes on as the messages say: with `search` where no database came into being, else with `resume`. */
const finish = (db: string): Promise<Finished> => succeed(existsSync(db) ? resume(db) : search(db));
const sameSearch = async (db: string): Promise<void> => {
  await finish(db);
  expect(tables(db)).toEqual(tables(reference));
};

const swept: readonly Swept[] = [
  {
    phase: { name: 'search: creation', from: 'engine: ', to: { file: measured }, beyond: 60 },
    share: 35,
    args: search,
    goOn: sameSearch,
  },
  {
    phase: { name: 'search: evaluations', from: 'engine: ', to: { text: `[${candidates}/` } },
    share: 15,
    args: search,
    goOn: sameSearch,
  },
  {
    phase: { name: 'search: end', from: `[${candidates}/` },
    share: 15,
    args: search,
    goOn: sameSearch,
  },
  {
    phase: { name: 'resume: migration' },
    share: 15,
    args: resume,
    prepare: (db) => {
      copyTo(reference, db);
      downgrade(db);
    },
    goOn: sameSearch,
  },
  {
    phase: { name: 'resume: extension', from: 'engine: ' },
    share: 10,
    args: (db) => [...resume(db), '--candidates', String(more)],
    prepare: (db) => copyTo(reference, db),
    goOn: async (db) => {
      await succeed([...resume(db), '--candidates', String(more)]);
      expect(lineageTables(db)).toEqual(lineageTables(extended));
    },
  },
  {
    phase: { name: 'export' },
    share: 10,
    args: (db) => exported(db, `${db}.export`),
    prepare: (db) => copyTo(reference, db),
    goOn: async (db) => {
      const target = `${db}.export`;
      const whole = join(folder, 'whole-export');
      if (!existsSync(target)) await succeed(exported(db, target));
      expect(readdirSync(target).sort()).toEqual(readdirSync(whole).sort());
      for (const name of readdirSync(whole))
        expect(readFileSync(join(target, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
      expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
      expect(tables(db)).toEqual(tables(reference));
      rmSync(target, { recursive: true });
    },
  },
];

const report: string[] = [];
beforeAll(async () => {
  if (moments === 0) return;
  await succeed(search(reference));
  await succeed(['search', longer, '--db', extended, '--workers', '2']);
  await succeed(exported(reference, join(folder, 'whole-export')));
}, 120_000);
afterAll(() => {
  if (moments > 0) console.log(`kills (moments in ms):\n${report.join('\n')}`);
});

describe.skipIf(moments === 0)(
  'killed at moments drawn from each phase (npm run sweep:kills), ends as if it had not been',
  () => {
    it.each(swept)('$phase.name', { timeout: 3_600_000 }, async ({ phase, share, args, prepare, goOn }) => {
      prepare?.(measured);
      const [length = 0] = await measurePhases(args(measured), env, [phase]);
      removeDatabase(measured);
      rmSync(`${measured}.export`, { recursive: true, force: true });
      const drawn = momentsIn(
        length,
        Math.max(1, Math.round((moments * share) / 100)),
        rngOf('kill', phase.name),
      );
      const db = join(folder, 'killed.db');
      let killed = 0;
      let without = 0;
      for (const moment of drawn) {
        prepare?.(db);
        const end = await killIn(phase, moment, args(db), env);
        if (end === 'killed') killed++;
        else expect(end.code, end.stderr).toBe(0);
        if (!existsSync(db)) without++;
        await goOn(db);
        if (moment === drawn.at(-1)) await succeed(['verify', db]);
        removeDatabase(db);
      }
      report.push(
        `  ${phase.name.padEnd(20)} ${String(drawn.length).padStart(4)} moments in ${length.toFixed(0).padStart(5)} ms: ` +
          `${killed} killed, ${drawn.length - killed} had ended, ${without} before there was a database; all ended equal\n` +
          `    at ${drawn.map((moment) => moment.toFixed(0)).join(' ')}`,
      );
      // Where there is a moment for its begin, which is always before its end.
      if (drawn.length > 1) expect(killed).toBeGreaterThan(0);
    });
  },
);
