/**
 * Kills what can be killed while searches run over a queue, and compares what they found with what one machine finds alone.
 *
 * `npm run chaos`: 23 kills of workers, 5 of Redis (with an append-only file), 4 wipes of Redis, 3 kills of the process that
 * leads, 10 preemptions, a mix of all, and a network that is cut for 12 seconds (cut.ts). Real trainings, real processes, a
 * real Redis. Minutes on two cores.
 *
 * `npm run chaos -- FACTOR` does that share of it.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../src/core/package-files.js';
import { rngOf } from '../../src/core/random.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { lineageTables, winnerTables } from '../search-tables.js';
import { cutOff } from './cut.js';
import { start, Workers, type Process } from './machines.js';
import { TestRedis } from './redis-server.js';

export type Blow = 'worker' | 'redis' | 'wipe' | 'coordinator' | 'preemption';

export interface Scenario {
  readonly name: string;
  readonly blows: readonly Blow[];
}

const times = (blow: Blow, count: number): Blow[] => Array.from({ length: count }, () => blow);

/** All blows, each kind alone and then all together, in a drawn order. */
export function scenarios(share: number): readonly Scenario[] {
  const counts: readonly (readonly [string, Blow, number])[] = [
    ['kills of workers', 'worker', 23],
    ['kills of Redis', 'redis', 5],
    ['wipes of Redis', 'wipe', 4],
    ['kills of the coordinator', 'coordinator', 3],
    ['preemptions', 'preemption', 10],
  ];
  const alone = counts.map(([name, blow, count]) => ({
    name,
    blows: times(blow, Math.max(1, Math.round(count * share))),
  }));
  const all = alone.flatMap(({ blows }) => blows.slice(0, Math.ceil(blows.length / 3)));
  return [...alone, { name: 'a mix of all', blows: rngOf('mix').shuffle(all) }];
}

export interface ChaosSetting {
  readonly folder: string;
  readonly experiment: string;
  /** Tables that one machine found. */
  readonly expected: string;
  readonly workers: number;
  /** Mean milliseconds between two blows. */
  readonly between: number;
}

export interface ChaosReport {
  readonly searches: number;
  readonly blows: number;
  readonly seconds: number;
  /** Workers that were started in all. */
  readonly workersStarted: number;
}

/** Hash of everything that a search decided and found. */
export function tableHash(db: string): string {
  return createHash('sha256')
    .update(JSON.stringify([lineageTables(db), winnerTables(db)]))
    .digest('hex');
}

/** Searches again and again until all blows were dealt; throws where one differs from what one machine finds. */
export async function runScenario(scenario: Scenario, setting: ChaosSetting): Promise<ChaosReport> {
  const { folder, experiment, workers: count, between } = setting;
  const begun = performance.now();
  const rng = rngOf('chaos', scenario.name);
  const place = mkdtempSync(join(folder, 'chaos-'));
  const env = { VOXOLVE_CACHE: join(folder, 'cache') };
  const redis = await TestRedis.start(place, ['--appendonly', 'yes', '--appendfsync', 'always']);
  const queue = ['--queue', redis.url, '--blobs', join(place, 'blobs')];
  const workers = new Workers(count, (name) =>
    start(['worker', ...queue, '--slots', '1', '--name', name, '--checkpoint-every', '0.2'], env),
  );
  const left = [...scenario.blows];
  let searches = 0;
  let dealt = 0;
  try {
    do {
      const db = join(place, `${searches++}.db`);
      let lead: Process = start(['search', experiment, '--db', db, ...queue], env);
      let killed = false;
      for (;;) {
        const wait = sleep(between * (0.5 + rng.float()));
        const end = await Promise.race([lead.ended, wait.then(() => undefined)]);
        if (end !== undefined && !killed) {
          if (end !== 0) throw new Error(`${scenario.name}: the search ended with ${end}:\n${lead.said()}`);
          break;
        }
        // A search that has not begun yet has nothing to lose.
        if (!/joined/.test(lead.said())) continue;
        const blow = left.shift();
        if (blow === undefined) continue;
        dealt++;
        if (blow === 'worker') await workers.kill(rng.int(count));
        else if (blow === 'preemption') workers.preempt(rng.int(count));
        else if (blow === 'wipe') await redis.command('FLUSHALL');
        else if (blow === 'redis') {
          await redis.kill();
          await sleep(rng.int(2000));
          await redis.restart();
        } else {
          killed = true;
          lead.child.kill('SIGKILL');
          await lead.ended;
          lead = start(['resume', db, ...queue], env);
          killed = false;
        }
      }
      requireSame(db, setting.expected, scenario.name);
    } while (left.length > 0);
  } finally {
    workers.close();
    await redis.kill();
  }
  rmSync(place, { recursive: true, force: true });
  const seconds = (performance.now() - begun) / 1000;
  return { searches, blows: dealt, seconds, workersStarted: workers.started };
}

function requireSame(db: string, expected: string, name: string): void {
  const sql = new Sqlite(db, { readonly: true });
  const count = (query: string): number => sql.prepare(query).pluck().get() as number;
  const failed = count(`SELECT count(*) FROM evaluations WHERE status = 'failed'`);
  const searched = count(`SELECT count(*) FROM evaluations WHERE purpose = 'search'`);
  const candidates = count('SELECT count(*) FROM candidates');
  sql.close();
  if (failed > 0) throw new Error(`${name}: ${failed} evaluations failed`);
  if (searched !== candidates)
    throw new Error(`${name}: ${searched} evaluations of ${candidates} candidates`);
  if (tableHash(db) !== expected) throw new Error(`${name}: the tables of ${db} differ`);
}

/** An experiment whose candidates train for about a second, over the space at `space`. */
export const chaosExperiment = (space: string, candidates: number, steps: number): object => ({
  name: 'chaos',
  seed: 3,
  candidates,
  lookahead: 6,
  proxyTask: { name: 'jigsaw3d', options: { patch: 6, jitter: 1, gap: 0.2, permutations: 8, foreground: 0 } },
  strategy: { name: 'evolution', options: { population: 4, sample: 2 } },
  scans: { spacing: 6 },
  phantoms: { patients: 4, size: 24, seed: 1 },
  training: { steps, batch: 2, evaluationBatches: 3, evaluateEvery: Math.ceil(steps / 4) },
  constraints: { macs: 3e8, params: 3e5 },
  trust: { share: 0.1 },
  winners: { candidates: 1, seeds: 2 },
  inherit: true,
  space,
});

/** Cuts the network amid an endless training and amid those of a small search. */
async function cutNetwork(folder: string, space: string): Promise<readonly string[]> {
  const short = { ...chaosExperiment(space, 2, 900), name: 'short' };
  const file = join(folder, 'short.json');
  writeFileSync(file, JSON.stringify(short));
  const database = join(folder, 'short.db');
  const env = { VOXOLVE_CACHE: join(folder, 'cache') };
  const alone = start(['search', file, '--db', database, '--workers', '1'], env);
  if ((await alone.ended) !== 0) throw new Error(alone.said());
  const expected = tableHash(database);
  const long = { ...chaosExperiment(space, 1, 1_000_000), name: 'long' };
  return cutOff({ folder, short, long, check: (db) => requireSame(db, expected, 'a cut') });
}

async function main(share: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-chaos-'));
  try {
    const experiment = join(folder, 'chaos.json');
    const space = fileURLToPath(packageFile('test/fixtures/plugins/small-space.ts'));
    writeFileSync(experiment, JSON.stringify(chaosExperiment(space, 24, 300)));
    const reference = join(folder, 'reference.db');
    const env = { VOXOLVE_CACHE: join(folder, 'cache') };
    const alone = start(['search', experiment, '--db', reference, '--workers', '2'], env);
    if ((await alone.ended) !== 0) throw new Error(alone.said());
    const expected = tableHash(reference);
    console.log(`one machine alone: tables ${expected.slice(0, 16)}`);
    for (const line of await cutNetwork(folder, space)) console.log(line);
    for (const scenario of scenarios(share)) {
      const setting = { folder, experiment, expected, workers: 3, between: 1500 };
      const { searches, blows, seconds, workersStarted } = await runScenario(scenario, setting);
      console.log(
        `${scenario.name}: ${blows} blows in ${searches} searches, ${workersStarted} workers, ${seconds.toFixed(0)} s: equal tables, one evaluation a candidate`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2] ?? 1));
