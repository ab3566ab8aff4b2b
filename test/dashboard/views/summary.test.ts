import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { statusJson } from '../../../src/cli/views/status-json.js';
import { candidatesView } from '../../../src/dashboard/views/candidates.js';
import { lineageView } from '../../../src/dashboard/views/lineage.js';
import { summaryView } from '../../../src/dashboard/views/summary.js';
import { chooseExperiment, openStore, type ExperimentRow, type Store } from '../../../src/store/index.js';
import { runToy, toyExperimentIn } from '../../study/simulation.js';
import { voxolve } from '../../support/cli.js';
import { smallSpace, temporaryFolder, tinyExperiment, writeExperiment } from '../../support/tiny.js';

const folder = temporaryFolder();
const db = join(folder, 'search.db');
const env = { VOXOLVE_CACHE: join(folder, 'cache') };

async function reading<T>(work: (store: Store, row: ExperimentRow) => T): Promise<Awaited<T>> {
  const store = openStore(db, 'read');
  try {
    return await work(store, chooseExperiment(store));
  } finally {
    store.close();
  }
}

async function printed(command: string): Promise<unknown> {
  const { stdout, stderr, code } = await voxolve([command, db, '--json'], env);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as unknown;
}

/** As it arrives at the page. */
const sent = <T>(view: T): T => JSON.parse(JSON.stringify(view)) as T;

describe('a small search', () => {
  beforeAll(async () => {
    const experiment = writeExperiment(folder, { space: smallSpace });
    const { code, stderr } = await voxolve(
      ['search', experiment, '--db', db, '--engine', 'onnx', '--workers', '2'],
      env,
    );
    expect(code, stderr).toBe(0);
  }, 120_000);

  it('is summed up as voxolve status tells it', async () => {
    const { status } = sent(await reading(summaryView));
    expect(sent(statusJson(status))).toEqual(await printed('status'));
  });

  it('has a timeline of all that was computed, in order and after its beginning', async () => {
    const { timeline, progress, stalls } = await reading(summaryView);
    const computed = await reading((store) =>
      store.statement('SELECT count(*) FROM evaluations WHERE attempts > 0').pluck().get(),
    );
    expect(timeline).toHaveLength(computed as number);
    expect(timeline.map(({ end }) => end)).toEqual(timeline.map(({ end }) => end).sort((a, b) => a - b));
    for (const { end, seconds, slot, worker } of timeline) {
      expect(end).toBeGreaterThan(seconds - 1);
      expect(worker).toBe('this machine');
      expect(slot).toBeLessThan(3);
    }
    expect(progress).toMatchObject({
      done: tinyExperiment.candidates,
      wanted: tinyExperiment.candidates,
      secondsLeft: 0,
    });
    expect(progress.secondsSpent).toBeCloseTo(
      timeline.reduce((sum, { seconds }) => sum + seconds, 0),
      6,
    );
    expect(stalls).toEqual([]);
  });

  it('has the lineage that voxolve lineage tells', async () => {
    const { winnerPath, gains, scores, numbers } = await reading(lineageView);
    const line = (await printed('lineage')) as {
      number: number;
      gain: number | null;
      score: number | null;
    }[];
    expect(winnerPath).toEqual(line.map(({ number }) => number));
    for (const { number, gain, score } of line) {
      const place = numbers.indexOf(number);
      expect(scores[place]).toBe(score);
      expect(gains[place]).toBe(gain);
    }
  });

  it('stopped half-way, names who waits for the first that is missing, and the time left', async () => {
    const store = openStore(db, 'write');
    const row = chooseExperiment(store);
    store.transaction(() => {
      store.statement('DELETE FROM winners').run();
      store.statement('DELETE FROM candidates WHERE number > 6').run();
      store.statement("UPDATE candidates SET status = 'pending', score = NULL WHERE number = 3").run();
      store
        .statement('DELETE FROM evaluations WHERE candidate = (SELECT id FROM candidates WHERE number = 3)')
        .run();
    });
    store.close();
    const { progress, stalls } = await reading(summaryView);
    expect(progress).toMatchObject({ done: 6, wanted: 10 });
    expect(progress.secondsLeft).toBeGreaterThan(0);
    for (const { number, waitsFor, reason } of stalls) {
      expect(number).toBeGreaterThan(6);
      expect(waitsFor).toBeLessThanOrEqual(number - row.lookahead);
      if (waitsFor === 3) expect(reason).toBe('candidate 3 waits for the search to be resumed');
    }
    expect(stalls.length).toBeGreaterThan(0);
    expect((await reading(candidatesView)).statuses[3]).toBe('pending');
  });
});

it('a database without an experiment file is summed up without time left', async () => {
  const store = openStore(join(folder, 'toy.db'), 'create');
  await runToy(store);
  const view = await summaryView(store, toyExperimentIn(store));
  store.close();
  expect(view.progress.secondsLeft).toBeNull();
  expect(view.stalls).toEqual([]);
  expect(view.databases).toEqual([{ index: 0, path: join(folder, 'toy.db'), experiments: ['toy'] }]);
});
