/**
 * The limit on latency: decided at proposal by a stored model, never by a clock. Nothing here asserts a time.
 */
import { fork } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Genome } from '../../src/core/records.js';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import type { LatencyAnswer, LatencyQuestion } from '../../src/calibration/latency-messages.js';
import { latencyModelFor } from '../../src/api/searching/latency-model.js';
import { strategyOf } from '../../src/api/searching/study-plan.js';
import { statusOf } from '../../src/api/status.js';
import { statusJson } from '../../src/cli/views/status-json.js';
import { storedLatencyModel } from '../../src/api/searching/stored-latency.js';
import { canonicalJson } from '../../src/core/json.js';
import { rngOf } from '../../src/core/random.js';
import { parseOrThrow } from '../../src/core/validate.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import { predictedLatency, type LatencyModel } from '../../src/pretrain/latency.js';
import { strategies } from '../../src/search/strategies/index.js';
import { asSequential } from '../../src/search/strategy.js';
import type { ZeroCostScores } from '../../src/search/zero-cost.js';
import { chooseExperiment, createExperiment } from '../../src/store/experiments.js';
import { openStore } from '../../src/store/open.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { toyExperiment } from '../study/simulation.js';
import { voxolve } from '../support/cli.js';
import { lineageTables, temporaryFolder, tinyExperiment, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const at = (name: string): string => join(folder, name);

const latencyInput = [8, 16, 16];
/** No strategy here has a prescreen. */
const noScores: ZeroCostScores = { names: [], score: () => NaN };
/** Half of the space takes longer by the planted model. */
const limit = 1;
const planted: LatencyModel = {
  input: [1, 1, 8, 16, 16],
  engine: 'onnx',
  device: 'cpu',
  threads: 1,
  machine: 'a planted one',
  coefficients: {
    dense: 0.03,
    pointwise: 0.05,
    grouped: 0.5,
    groups: 1e-4,
    gathered: 0.6,
    bytes: 0.02,
    ops: 2e-3,
  },
  leftOut: { median: 1, low: 0.9, high: 1.1 },
  measured: [],
};
const constraints = { ...tinyExperiment.constraints, latency: limit, latencyInput };
/** Children are mutated from the third candidate on. */
const quick = {
  lookahead: 2,
  strategy: { name: 'evolution', options: { population: 2, sample: 1 } },
  trust: { share: 0 },
  winners: { candidates: 0 },
  training: { steps: 2, batch: 2, evaluationBatches: 1 },
};
const latencyOf = (genome: Genome): number =>
  predictedLatency(factorized3d.build(genome as never, { channels: 1 }), planted);

/** A database of another search, whose model is the planted one. */
const source = at('planted.db');
const store = openStore(source, 'create');
createExperiment(
  store,
  toyExperiment({ spec: { experiment: { constraints } }, latencyModel: planted }),
  new Date(0),
);
store.close();

const search = (experiment: string, db: string, ...options: string[]) =>
  voxolve(['search', experiment, '--db', at(db), '--engine', 'onnx', '--device', 'cpu', ...options], env);

interface Row {
  readonly genome: string;
  readonly latency: number;
  readonly status: string;
}

function candidatesOf(db: string): readonly Row[] {
  const file = new Sqlite(at(db), { readonly: true });
  try {
    return file.prepare('SELECT genome, latency, status FROM candidates ORDER BY number').all() as Row[];
  } finally {
    file.close();
  }
}

describe('under a limit on latency', () => {
  it.each(Object.keys(strategies))(
    'the strategy %s proposes no genome that the model puts above it',
    async (name) => {
      const experiment = Experiment.parse({
        ...tinyExperiment,
        strategy: name === 'predictor' ? { name, options: { initial: 4, pool: 10 } } : name,
        constraints,
      });
      const strategy = asSequential(
        strategyOf((await resolveExperiment(experiment)).planFor(1).constrainBy(planted), noScores),
      );
      const proposed: Genome[] = [];
      for (let i = 0; i < 12; i++) {
        const { genome } = strategy.ask(i, rngOf(name, i));
        expect(latencyOf(genome)).toBeLessThanOrEqual(limit);
        proposed.push(genome);
        const before = proposed[i - experiment.lookahead + 1];
        if (before !== undefined)
          strategy.tell({
            number: proposed.indexOf(before),
            genome: before,
            status: 'done',
            score: latencyOf(before),
          });
      }
    },
  );

  it('the same genomes are proposed as without one where all of them keep it', async () => {
    const free = { ...tinyExperiment.constraints };
    const asked = async (one: object, model?: LatencyModel): Promise<readonly Genome[]> => {
      const resolved = await resolveExperiment(Experiment.parse({ ...tinyExperiment, constraints: one }));
      const strategy = asSequential(strategyOf(resolved.planFor(1).constrainBy(model), noScores));
      return Array.from({ length: 4 }, (_, i) => strategy.ask(i, rngOf('ask', i)).genome);
    };
    const loose = { ...free, latency: 60_000, latencyInput: [12, 32, 32] };
    expect(await asked(loose, { ...planted, input: [1, 1, 12, 32, 32] })).toEqual(await asked(free));
  });
});

describe('a search with a limit on latency', { timeout: 300_000 }, () => {
  const experiment = writeExperiment(folder, { ...quick, candidates: 4, constraints });

  it('takes the model of another database and keeps the limit', async () => {
    const { code, stderr } = await search(experiment, 'one.db', '--latency-from', source, '--workers', '1');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^latency: at most 1 ms for \[1, 1, 8, 16, 16\] on onnx cpu, .* a planted one/m);
    expect(stderr).not.toContain('measuring');
    const rows = candidatesOf('one.db');
    expect(rows).toHaveLength(4);
    for (const { genome, latency, status } of rows) {
      expect(latency).toBe(latencyOf(JSON.parse(genome) as Genome));
      expect(latency).toBeLessThanOrEqual(limit);
      expect(status).toBe('done');
    }
  });

  it('is resumed by its own model, with no measurement, to what a longer one with two workers is', async () => {
    const resumed = await voxolve(['resume', at('one.db'), '--candidates', '6', '--workers', '1'], env);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain('another machine than this; its model is kept');
    expect(resumed.stderr).not.toContain('measuring');
    expect(existsSync(join(env.VOXOLVE_CACHE, 'latency.json'))).toBe(false);
    const longer = writeExperiment(folder, { ...quick, candidates: 6, constraints }, 'longer.json');
    const two = await search(longer, 'two.db', '--latency-from', source, '--workers', '2');
    expect(two.code, two.stderr).toBe(0);
    expect(candidatesOf('one.db')).toEqual(candidatesOf('two.db'));
    expect(lineageTables(at('one.db'))).toEqual(lineageTables(at('two.db')));
  });

  it("verifies, and shows its limit and its candidates' predictions", async () => {
    const { stdout } = await voxolve(['verify', at('one.db')], env);
    expect(stdout).toContain('6 decisions derived anew, all as recorded');
    const one = openStore(at('one.db'), 'read');
    const status = statusJson(statusOf(one, chooseExperiment(one)));
    one.close();
    expect(status).toMatchObject({ latency: { limit, machine: 'a planted one', encoders: 0 } });
  });

  it('fails verification where its model was altered, and cannot be used where that is gone', async () => {
    copyFileSync(at('two.db'), at('altered.db'));
    const file = new Sqlite(at('altered.db'));
    const slower = { ...planted, coefficients: { ...planted.coefficients, ops: 0.003 } };
    file.prepare('UPDATE experiments SET latency_model = ?').run(canonicalJson(slower));
    file.close();
    const { code, stderr } = await voxolve(['verify', at('altered.db')], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^candidate 0: latency is /m);
    const two = openStore(at('two.db'), 'read');
    const row = { ...chooseExperiment(two), latencyModel: null };
    two.close();
    expect(() => storedLatencyModel(row, 'two.db')).toThrow(
      'two.db: the latency model of experiment tiny is missing or was altered',
    );
  });

  it('ends with one line, before anything is written, where no genome keeps the limit', async () => {
    const tight = writeExperiment(
      folder,
      { ...quick, constraints: { ...constraints, latency: 0.01 } },
      'tight.json',
    );
    const { code, stderr } = await search(tight, 'tight.db', '--latency-from', source);
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('voxolve: '))).toEqual([
      expect.stringMatching(
        /constraints: no genome that keeps them was drawn in \d+ tries \(the last: .*\); loosen the constraints/,
      ),
    ]);
    expect(existsSync(at('tight.db'))).toBe(false);
  });

  it('is refused with the range, in one line, where a limit or its input is out of it', () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [
        { latency: 0 },
        /"constraints\.latency" is 0, but the rule is: a number of milliseconds from 0\.01 to 60000/,
      ],
      [{ latency: 'fast' }, /"constraints\.latency" is "fast", .* from 0\.01 to 60000/],
      [{ latency: 1e9 }, /"constraints\.latency" is 1000000000, .* from 0\.01 to 60000/],
      [
        { latencyInput: [16, 0, 16] },
        /"constraints\.latencyInput\.1" is 0, .* three integers from 1 to 1024/,
      ],
      [
        { latencyInput: [16, 16] },
        /"constraints\.latencyInput" is \[16,16\], .* three integers from 1 to 1024/,
      ],
    ];
    for (const [bad, message] of cases) {
      const experimentOf = (): unknown =>
        parseOrThrow(Experiment, { ...tinyExperiment, constraints: bad }, 'experiment.json');
      expect(experimentOf).toThrow(message);
      expect(experimentOf).not.toThrow('\n');
    }
  });

  it('refuses --latency-from without a limit, for another input, or where the search has a model', async () => {
    const modelFor = async (changes: object): Promise<unknown> => {
      const resolved = await resolveExperiment(Experiment.parse({ ...tinyExperiment, constraints: changes }));
      const options = { from: source, report: () => undefined };
      return latencyModelFor(resolved.planFor(1), { engine: 'onnx', device: 'cpu' }, options);
    };
    expect(await modelFor(constraints)).toEqual(planted);
    await expect(modelFor({})).rejects.toThrow('--latency-from: the experiment does not limit latency');
    await expect(modelFor({ ...constraints, latencyInput: [8, 16, 20] })).rejects.toThrow(
      "is for the input [1, 1, 8, 16, 16], but the experiment's is [1, 1, 8, 16, 20]",
    );
    const { code, stderr } = await search(experiment, 'two.db', '--latency-from', source);
    expect(code).toBe(1);
    expect(stderr).toMatch(/has its own latency model already/);
  });
});

describe('the process that measures', () => {
  it('answers with a time for each encoder, or says in words why it cannot', async () => {
    const script = fileURLToPath(new URL('../../dist/src/calibration/latency-child.js', import.meta.url));
    const ask = (engine: string): Promise<LatencyAnswer> =>
      new Promise((resolve, reject) => {
        const child = fork(script, [], { serialization: 'advanced', execArgv: [] });
        child.on('message', resolve);
        child.on('error', reject);
        const genome = JSON.parse(candidatesOf('two.db')[0]?.genome ?? '') as Genome;
        const architecture = factorized3d.build(genome as never, { channels: 1 });
        const question: LatencyQuestion = {
          engine,
          device: 'cpu',
          threads: 1,
          input: planted.input,
          architectures: [architecture, architecture],
          seconds: 60,
        };
        child.send(question);
      });
    const times = await ask('onnx');
    expect('milliseconds' in times && times.milliseconds.map((one) => one > 0)).toEqual([true, true]);
    expect(await ask('none')).toEqual({ error: expect.stringContaining('engine none') as string });
  });
});
