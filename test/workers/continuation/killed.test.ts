/** Evaluations whose process is killed: they go on from the last checkpoint, to the same outcome. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { CHECKPOINT_FILE, readCheckpoint } from '../../../src/workers/continuation/checkpoint-file.js';
import { HandBack } from '../../../src/workers/continuation/continuation.js';
import type { ChildReply, ChildRequest } from '../../../src/workers/messages.js';
import { createPool } from '../../../src/workers/pool.js';
import { temporaryFolder, tinyExperiment } from '../../support/tiny.js';
import { benchIn, jobOf, resultOf, runtimeOf, type Bench } from './support.js';

const folder = temporaryFolder();
const CHILD = fileURLToPath(new URL('../../../dist/src/workers/child.js', import.meta.url));
const STEPS = 600;
/** Of longer trainings: of one that is ended once or twice by what has to find its process first, and of one that never ends. */
const [LONGER, ENDLESS] = [3, 1000];
const never = new AbortController().signal;
let bench: Bench;
let whole: unknown;
beforeAll(async () => {
  bench = await benchIn(folder, STEPS, {
    training: { ...tinyExperiment.training, steps: STEPS, evaluateEvery: 60 },
  });
  const outcome = await (await runtimeOf(bench)).evaluate(jobOf(bench, { number: 8 }), () => false);
  whole = resultOf(outcome);
});

interface Said {
  readonly steps: readonly number[];
  readonly remarks: readonly string[];
  readonly result: unknown;
}

/** Trains in a process of its own, and kills that once it has told so many checkpoints and so many milliseconds have passed. */
async function train(own: string, checkpoints: number, delay: number): Promise<Said> {
  const child = fork(CHILD, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const steps: number[] = [];
  const remarks: string[] = [];
  let result: unknown;
  child.on('message', (reply: ChildReply) => {
    if (reply.kind === 'told' && reply.told.kind === 'remark') remarks.push(reply.told.text);
    if (reply.kind === 'told' && reply.told.kind === 'checkpoint') {
      steps.push(reply.told.step);
      if (steps.length === checkpoints) setTimeout(() => child.kill('SIGKILL'), delay);
    }
    if (reply.kind !== 'outcome') return;
    result = resultOf(reply.outcome);
    child.disconnect();
  });
  const send = (request: ChildRequest): boolean => child.send(request);
  const { scans, isolation: _, ...setup } = bench.setup;
  send({ kind: 'setup', setup: { ...setup, alone: true }, recipe: scans.recipe });
  const continuation = { folder: own, everySeconds: 0.02 };
  send({ kind: 'job', job: jobOf(bench, { number: 8 }), continuation });
  await ended;
  return { steps, remarks, result };
}

/** The training processes of this one. */
const children = (): readonly number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('workers/child.js'))
    .map((line) => Number.parseInt(line, 10));

describe('an evaluation', () => {
  it('whose process is killed at any moment loses no more than follows the last checkpoint', async () => {
    const own = join(folder, 'killed');
    const rng = rngOf('kills');
    let reached = 0;
    for (let kills = 0; kills < 2; kills++) {
      const { steps, remarks, result } = await train(own, 1 + rng.int(2), rng.int(30));
      expect([remarks, result]).toEqual([[], undefined]);
      expect(steps[0]).toBeGreaterThan(reached);
      // What was told is on the disk, and what is on the disk is whole.
      const found = readCheckpoint(join(own, CHECKPOINT_FILE), 2 ** 30);
      reached = found?.snapshot.state.step ?? 0;
      expect(reached).toBeGreaterThanOrEqual(steps.at(-1) ?? Infinity);
    }
    const { steps, result } = await train(own, Infinity, 0);
    expect(steps[0]).toBeGreaterThan(reached);
    expect(result).toEqual(whole);
  });

  it('whose training process is killed goes on from the last checkpoint in another; twice, and it has failed', async () => {
    const pool = createPool(
      { ...bench.setup, isolation: 'process' },
      {
        groups: [{ name: 'cpu', workers: 1, memory: Infinity, environment: {} }],
        entry: new URL('../../../dist/src/workers/thread.js', import.meta.url),
      },
    );
    const killed = new Set<number>();
    const killNew = (): boolean => {
      const found = children().filter((pid) => !killed.has(pid));
      for (const pid of found) {
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      return found.length > 0;
    };
    /**
     * Kills the training process after the first checkpoint of each attempt, so many times. One that was killed may have told
     * more checkpoints than one: those kill nobody.
     */
    const evaluate = (own: string, kills: number, share = LONGER, signal = never) => {
      const steps: number[] = [];
      let left = kills;
      const outcome = pool.evaluate(jobOf(bench, { number: 8, share }), signal, {
        folder: join(folder, own),
        everySeconds: 0.02,
        onCheckpoint: (step) => {
          steps.push(step);
          if (left > 0 && killNew()) left -= 1;
        },
        onRemark: (text) => expect.fail(text),
      });
      return { outcome, steps };
    };
    try {
      const longer = resultOf(
        await pool.evaluate(jobOf(bench, { number: 8, share: LONGER }), never),
      ) as object;
      const once = evaluate('once', 1);
      expect(resultOf(await once.outcome)).toEqual({ ...longer, attempts: 2 });
      // No step was trained again that was saved.
      expect(once.steps).toEqual([...new Set(once.steps)].sort((a, b) => a - b));

      const failed = await evaluate('twice', 2, ENDLESS).outcome;
      expect(failed).toMatchObject({ status: 'failed', attempts: 2 });
      expect(failed.error).toContain('ended with signal SIGKILL');

      // Asked to hand back, its death counts for nothing.
      const leaving = new AbortController();
      const { outcome } = evaluate('handed back', 0, LONGER, leaving.signal);
      setTimeout(() => {
        leaving.abort(new HandBack());
        killNew();
      }, 300);
      await expect(outcome).rejects.toBeInstanceOf(HandBack);
      expect(resultOf(await evaluate('handed back', 0).outcome)).toEqual({
        ...longer,
        attempts: 1,
      });
    } finally {
      await pool.close();
    }
  });
});
