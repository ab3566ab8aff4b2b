/** The comparison of searches with PyTorch: its candidates, its figures and its stopwatch, which need no PyTorch; then one pair. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareLosses } from '../../bench/search/agreement.js';
import {
  agrees,
  distributed,
  jsonOf,
  lossDifference,
  overall,
  perHour,
  ratiosOf,
  sharesOf,
  type Evaluated,
  type Row,
} from '../../bench/search/figures.js';
import { searchJobs } from '../../bench/search/genomes.js';
import { groups } from '../../bench/search/groups.js';
import { startPytorch } from '../../bench/search/pytorch-side.js';
import { prepareGroup } from '../../bench/search/setting.js';
import { Stopwatch } from '../../bench/search/spent.js';
import type { Engine, Session } from '../../src/engines/engine.js';
import { experimentFrom } from '../../src/experiment/read.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { succeed } from '../support/cli.js';
import { hasModule, needsPython, python } from '../support/python.js';
import { smallSpace, temporaryFolder, tinyExperiment, writeExperiment } from '../support/tiny.js';

const root = temporaryFolder();

const evaluated = (seconds: number, cpu = seconds): Evaluated => ({
  seconds,
  cpu,
  spent: { open: 0.1 * seconds, batches: 0.2 * seconds, steps: 0.3 * seconds, evaluation: 0.4 * seconds },
});

const row = (voxolve: Evaluated, pytorch: Evaluated, difference = 0): Row => ({
  ...{ number: 0, voxolve, pytorch, lossDifference: difference },
});

describe('the figures of bench:search', () => {
  const rows = [row(evaluated(1, 2), evaluated(2, 2)), row(evaluated(4, 1), evaluated(2, 16))];

  it('are geometric means of PyTorch’s time over voxolve’s, so that a half and a double cancel', () => {
    expect(ratiosOf(rows).wall).toBeCloseTo(1, 12);
    expect(ratiosOf(rows).cpu).toBeCloseTo(4, 12);
  });

  it('count each group once, however many candidates it has', () => {
    const rounds = { voxolve: 1, pytorch: 1 };
    const fast = { name: 'fast', engine: 'onnx', rows: [row(evaluated(1), evaluated(4))], rounds };
    const even = {
      name: 'even',
      engine: 'onnx',
      rows: [1, 2, 3].map((s) => row(evaluated(s), evaluated(s))),
      rounds,
    };
    expect(overall([fast, even]).wall).toBeCloseTo(2, 12);
  });

  it('give the candidates that busy workers evaluate in an hour', () => {
    expect(perHour(rows, 'voxolve', 1)).toBeCloseTo(3600 / 2.5, 9);
    expect(perHour(rows, 'voxolve', 2)).toBeCloseTo(2 * (3600 / 2.5), 9);
  });

  it('divide all the time of the workers, what they wait for each other included', () => {
    const result = { name: 'g', engine: 'onnx', rows, rounds: { voxolve: 4, pytorch: 2 } };
    const shares = sharesOf(result, 'voxolve', 2);
    expect(shares.open).toBeCloseTo((0.1 * 5) / 8, 12);
    expect(shares.idle).toBeCloseTo(3 / 8, 12);
    expect(Object.values<number>({ ...shares }).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(sharesOf(result, 'pytorch', 2).idle).toBeCloseTo(0, 12);
  });

  it('distribute the processor time of a round by threads where these are known of all, else by seconds', () => {
    const [a, b] = [
      { seconds: 1, cpu: 3 },
      { seconds: 3, cpu: 1 },
    ];
    expect(distributed(8, [a, b])).toEqual([6, 2]);
    expect(distributed(8, [a, { ...b, cpu: undefined }])).toEqual([2, 6]);
  });

  it('compare losses relative to PyTorch’s, and find none equal that is missing or not finite', () => {
    expect(lossDifference([1, 2.2], [1, 2])).toBeCloseTo(0.1, 12);
    expect(lossDifference([1], [1, 2])).toBeNaN();
    expect(lossDifference([], [])).toBeNaN();
    expect(lossDifference([1, NaN], [1, null])).toBeNaN();
    const [ours, theirs] = [evaluated(1), evaluated(1)];
    expect([0, 1e-3, 1.1e-3, NaN].map((d) => agrees(row(ours, theirs, d)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('are written as groups with ratios and their geometric means', () => {
    const result = {
      ...{ name: 'g', engine: 'torch' },
      rows: [row(evaluated(2, 1), evaluated(3, 4))],
      rounds: { voxolve: 2, pytorch: 3 },
    };
    const facts = { processor: 'p', workers: 1, torch: '2', steps: null };
    expect(JSON.parse(JSON.stringify(jsonOf([result], facts)))).toMatchObject({
      groups: [
        { name: 'g', engine: 'torch', ratio_wall: 1.5, ratio_cpu: 4, candidates: 1, losses_agree: true },
      ],
      geomean_wall: expect.closeTo(1.5, 12) as number,
      geomean_cpu: expect.closeTo(4, 12) as number,
    });
  });
});

describe('the candidates of bench:search', () => {
  it('are those that a search evaluates, founders and descendants, when told the scores that it found', async () => {
    const database = join(root, 'search.db');
    const plain = {
      trust: { share: 0 },
      winners: { candidates: 0 },
      candidates: 12,
      engine: 'onnx',
      space: smallSpace,
    };
    await succeed(['search', writeExperiment(root, plain), '--db', database, '--workers', '2']);
    const db = new Sqlite(database, { readonly: true });
    const found = db.prepare('SELECT number, genome, score FROM candidates ORDER BY number').all() as {
      readonly number: number;
      readonly genome: string;
      readonly score: number;
    }[];
    const mutants = db.prepare('SELECT count(*) AS count FROM mutations').get() as { readonly count: number };
    db.close();
    expect(mutants.count).toBeGreaterThan(0);
    const experiment = experimentFrom({ ...tinyExperiment, ...plain }, 'tiny', root);
    const resolved = (await resolveExperiment(experiment)).planFor(1).constrainBy(undefined);
    const scores = found.map(({ score }) => score);
    const jobs = await searchJobs(resolved, scores, found.length);
    expect(jobs.map(({ number, genome }) => ({ number, genome }))).toEqual(
      found.map(({ number, genome }) => ({ number, genome: JSON.parse(genome) as unknown })),
    );
    const others = await searchJobs(
      resolved,
      scores.map((score) => -score),
      found.length,
    );
    expect(others.map(({ genome }) => genome)).not.toEqual(jobs.map(({ genome }) => genome));
  });

  it('have recorded scores wherever a strategy asks for them', () => {
    const guided = groups.filter(({ experiment: { strategy } }) =>
      typeof strategy === 'string' ? true : strategy.name !== 'random',
    );
    expect(guided.map(({ name }) => name)).toEqual(['quickstart', 'ct-mr-search', 'cine']);
    for (const { scores, candidates } of guided) expect(scores).toHaveLength(candidates);
  });

  it('are the first of every search space', () => {
    expect(groups.map(({ name, candidates }) => [name, candidates])).toEqual([
      ['quickstart', 32],
      ['ct-mr-search', 24],
      ['cell3d', 12],
      ['video-resnet', 12],
      ['x3d', 12],
      ['movinet', 12],
      ['evanet', 12],
      ['cine', 8],
    ]);
  });
});

describe('the stopwatch of bench:search', () => {
  it('divides an evaluation into its parts, and what is left is opening', async () => {
    const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));
    const session = {
      load: () => undefined,
      train: () => pause(60),
      evaluate: () => pause(20),
      dispose: () => pause(0),
    } as unknown as Session;
    const engine = { name: 'slow', open: async () => (await pause(40), session) } as unknown as Engine;
    const watch = new Stopwatch();
    const source = watch.source({ take: () => pause(30), ahead: () => undefined } as never);
    watch.start();
    const opened = await watch.engine(engine).open({} as never, { device: 'cpu', threads: 1 });
    await source.take({} as never);
    await opened.train({}, new Float32Array());
    await opened.evaluate({});
    await opened.evaluate({});
    const spent = watch.stop();
    const least = { open: 0.039, batches: 0.029, steps: 0.059, evaluation: 0.038 };
    for (const [part, seconds] of Object.entries(least))
      expect(spent[part as keyof typeof spent], part).toBeGreaterThanOrEqual(seconds);
    watch.start();
    expect(watch.stop()).toMatchObject({ batches: 0, steps: 0, evaluation: 0 });
  });
});

describe('bench:search as a command', () => {
  const script = fileURLToPath(new URL('../../dist/bench/search/search.js', import.meta.url));
  const run = (args: readonly string[], interpreter: string): Promise<{ code: unknown; stderr: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, VOXOLVE_PYTHON: interpreter };
      execFile(process.execPath, [script, ...args], { env }, (error, _, stderr) =>
        resolve({ code: error?.code ?? 0, stderr }),
      );
    });

  it.each([
    {
      why: 'no Python is named',
      args: [],
      interpreter: '',
      says: /^bench:search: VOXOLVE_PYTHON: is not set/,
    },
    {
      why: 'a group is unknown',
      args: ['--groups', 'quickstart,other'],
      interpreter: 'python',
      says: /--groups: must be of quickstart, .*cine, got "other"/,
    },
    {
      why: 'a number is none',
      args: ['--workers', '0'],
      interpreter: 'python',
      says: /--workers: .*got "0"/,
    },
    {
      why: 'an engine is not compared',
      args: ['--engine', 'tfjs'],
      interpreter: 'python',
      says: /--engine: must be onnx, torch or auto, got "tfjs"/,
    },
  ])('says in one line that $why, and fails', async ({ args, interpreter, says }) => {
    const { code, stderr } = await run(args, interpreter);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  });
});

const possible = hasModule('torch') && hasModule('nibabel');

describe.skipIf(!possible)(`the PyTorch side of bench:search ${needsPython} with torch and nibabel`, () => {
  it('scores a candidate from the exported code, and has the losses of voxolve from the same weights', async () => {
    const experiment = experimentFrom({ ...tinyExperiment, engine: 'onnx' }, 'tiny', root);
    const group = { name: 'tiny', about: '', candidates: 2, scores: [], experiment };
    const interpreter = python ?? '';
    const ready = await prepareGroup(group, { workers: 1, python: interpreter });
    const side = await startPytorch(ready, 1, interpreter);
    try {
      const { all, seconds } = await side.round(ready.jobs.slice(0, 1));
      const { spent, cpu } = all[0] ?? evaluated(NaN);
      for (const part of Object.values(spent)) expect(part).toBeGreaterThan(0);
      expect(cpu).toBeGreaterThan(0);
      expect(seconds).toBeGreaterThan(spent.steps);
      for (const job of ready.jobs)
        expect(await compareLosses(ready, job, side, { worker: 0, engine: 'onnx' })).toBeLessThan(1e-4);
    } finally {
      await side.close();
      ready.dispose();
    }
  });
});
