/**
 * A worker whose network is cut for 12 seconds while it trains: in a network namespace of its own, whose link goes down. Others
 * take over, and whoever comes back stops, and delivers nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../src/fleet/queue/connection.js';
import { surveyQueue } from '../../src/fleet/queue/survey.js';
import { start, type Process } from './machines.js';
import { TestRedis } from './redis-server.js';

const SPACE = 'voxolve-cut';
const LINK = 'voxolve-cut0';
const HOST = '10.213.77.1';
/** Seconds of the cut, and of a worker's lock. */
const CUT = 12;
const LOCK = 5;

const ip = (...words: string[]): boolean => spawnSync('ip', words).status === 0;

function makeNamespace(): boolean {
  removeNamespace();
  return (
    ip('netns', 'add', SPACE) &&
    ip('link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'inside', 'netns', SPACE) &&
    ip('addr', 'add', `${HOST}/24`, 'dev', LINK) &&
    ip('link', 'set', LINK, 'up') &&
    ip('-n', SPACE, 'addr', 'add', '10.213.77.2/24', 'dev', 'inside') &&
    ip('-n', SPACE, 'link', 'set', 'inside', 'up') &&
    ip('-n', SPACE, 'link', 'set', 'lo', 'up')
  );
}

function removeNamespace(): void {
  ip('link', 'del', LINK);
  ip('netns', 'del', SPACE);
}

export interface CutSetting {
  readonly folder: string;
  /** Two candidates whose trainings take some seconds, but less than the lock. */
  readonly short: object;
  /** A single candidate whose training nobody can finish. */
  readonly long: object;
  /** Throws where the tables of a database are not those that one machine found for `short`. */
  readonly check: (database: string) => void;
}

/** Lines that say what happened; throws where it is not what was promised. */
export async function cutOff({ folder, short, long, check }: CutSetting): Promise<readonly string[]> {
  if (!makeNamespace()) {
    removeNamespace();
    return [
      'a cut of the network: skipped, since no network namespace can be made here (root and iproute2 are needed)',
    ];
  }
  const place = mkdtempSync(join(folder, 'cut-'));
  const redis = await TestRedis.start(place, ['--bind', '127.0.0.1', HOST, '--protected-mode', 'no']);
  const connection = await connect(redis.url, 'chaos');
  const queue = ['--queue', `redis://${HOST}:${redis.port}`, '--blobs', join(place, 'blobs')];
  const env = { VOXOLVE_CACHE: join(folder, 'cache') };
  const worker = (name: string, through: readonly string[] = []): Process =>
    start(['worker', ...queue, '--name', name, '--slots', '1', '--lock', String(LOCK)], env, through);
  const search = (experiment: object, name: string): Process => {
    const file = join(place, `${name}.json`);
    writeFileSync(file, JSON.stringify(experiment));
    return start(['search', file, '--db', join(place, `${name}.db`), ...queue], env);
  };
  const inside = worker('inside', ['ip', 'netns', 'exec', SPACE]);
  const started = [inside];
  /** Cuts the link once the worker inside has said since `from` that it trains; `said`: until a second after its return. */
  const cut = async (
    from: number,
  ): Promise<{ readonly takenOver: number | undefined; readonly said: string }> => {
    await until(() => inside.said().slice(from).includes('begins'));
    ip('link', 'set', LINK, 'down');
    const begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1000;
    let takenOver: number | undefined;
    while (seconds() < CUT) {
      const active = (await surveyQueue(connection)).searches[0]?.active ?? [];
      if (active.length > 0 && active.every(({ worker: name }) => name === 'outside'))
        takenOver ??= seconds();
      await sleep(100);
    }
    ip('link', 'set', LINK, 'up');
    await sleep(1000);
    return { takenOver, said: inside.said().slice(from) };
  };
  try {
    const lead = search(long, 'long');
    started.push(lead);
    await until(() => inside.said().includes('begins'));
    started.push(worker('outside'));
    await until(() => lead.said().includes('worker outside joined'));
    const endless = await cut(0);
    if (endless.takenOver === undefined) throw new Error(`nobody took over in ${CUT} s`);
    if (!endless.said.includes('interrupted')) throw new Error(`it still trains:\n${endless.said}`);
    lead.child.kill('SIGINT');
    await lead.ended;
    await redis.command('FLUSHALL'); // or workers would go on with what it left
    const from = inside.said().length;
    const second = search(short, 'short');
    started.push(second);
    const late = await cut(from);
    const end = await second.ended;
    if (end !== 0) throw new Error(`the search ended with ${end}:\n${second.said()}`);
    check(join(place, 'short.db'));
    const delivered = /: done in/.test(late.said) ? 'had finished amid the cut' : 'was interrupted';
    return [
      `a cut of ${CUT} s amid an endless training: taken over after ${endless.takenOver.toFixed(1)} s, interrupted within a second of coming back`,
      `a cut of ${CUT} s amid a short training, which ${delivered}: equal tables, one evaluation a candidate`,
    ];
  } finally {
    for (const { child } of started) child.kill('SIGKILL');
    connection.close();
    await redis.kill();
    removeNamespace();
  }
}

/** Waits for up to a minute. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !holds(); i++) await sleep(100);
  if (!holds()) throw new Error('nothing happened for a minute');
}
