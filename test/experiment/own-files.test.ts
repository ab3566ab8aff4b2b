/**
 * Mistakes in a user's own files: one line that names the file, its line where there is one, and what is wrong.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tryStrategy } from '../../src/api/searching/study-plan.js';
import { UserError } from '../../src/core/errors.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { readExperiment } from '../../src/experiment/read.js';
import { tryOwn } from '../../src/experiment/try-own.js';
import { loadScanSet } from '../../src/scans/load.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import type { ScanSet } from '../../src/scans/sampling/scan-set.js';
import { pythonFiles } from '../../src/tasks/python-files.js';
import { Runtime } from '../../src/workers/runtime.js';
import { voxolve } from '../support/cli.js';
import { temporaryFolder, tinyExperiment, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const cacheDirectory = join(folder, 'cache');
mkdirSync(join(folder, 'own'));
let files = 0;
let set: ScanSet;

beforeAll(async () => {
  const { scans } = await readExperiment(writeExperiment(folder));
  await writePhantoms(join(folder, 'scans'), tinyExperiment.phantoms);
  set = (await loadScanSet(join(folder, 'scans'), scans, { seed: 3, cacheDirectory })).set;
});

/** Writes a file of the user's, and an experiment that names it; returns the paths of both. */
function written(changes: (file: string) => object, source: string, ending = 'ts') {
  const name = `own/file${files++}.${ending}`;
  writeFileSync(join(folder, name), source);
  return {
    file: join(folder, name),
    experiment: writeExperiment(folder, changes(`./${name}`), `${files}.json`),
  };
}

/** All that a search does before its database is written. */
async function begin(path: string): Promise<void> {
  const resolved = (await resolveExperiment(await readExperiment(path))).planFor(set.channels);
  tryOwn(resolved, set);
  tryStrategy(resolved.constrainBy(undefined));
}

/** The one line with which a search with that file is refused. */
async function refused(...own: Parameters<typeof written>): Promise<string> {
  const { file, experiment } = written(...own);
  const complaint = await begin(experiment).then(
    () => 'accepted',
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(UserError);
      return (thrown as UserError).message;
    },
  );
  expect(complaint).not.toContain('\n');
  return complaint.replace(file, 'FILE');
}

const asSpace = (space: string): object => ({ space });
const asTask = (name: string): object => ({ proxyTask: { name, options: {} } });
const asStrategy = (strategy: string): object => ({ strategy });

/** A space whose `build` is given. */
const spaceOf = (build: string): string => `
import { convNormAct, defineSpace, int, record, stack } from 'voxolve';
export default defineSpace({
  name: 'own', source: '', gene: record({ width: int(2, 6) }),
  build: ({ width }, { channels }) => {
    ${build}
  },
});`;

/** A task that is sound but for what is replaced in it. */
function taskWith(replaced: Readonly<Record<string, string>>): string {
  const task = `
import { defineTask, intTensor, tensor, z } from 'voxolve';
export default defineTask({
  name: 'own', source: '', options: z.strictObject({}),
  plan: (_options, { channels, batch }) => ({
    crop: [8, 8, 8], foreground: 0,
    inputs: [
      { name: 'crops', shape: [batch, channels, 8, 8, 8], dtype: 'f32' },
      { name: 'labels', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: [batch, channels, 8, 8, 8],
    metric: 'accuracy', chance: 0.5, worst: 0,
    prepare: (crops, rng) => ({
      crops: tensor([batch, channels, 8, 8, 8], Float32Array.from(crops.flatMap(({ voxels }) => [...voxels]))),
      labels: intTensor([batch], Int32Array.from(crops, () => rng.int(2))),
    }),
    loss: (builder, { crops, labels }, encode) => {
      const features = builder.reduceMean(encode(crops), [2, 3, 4]);
      const weight = builder.parameter('head.weight', [2, features.shape[1]], { kind: 'normal', deviation: 1 });
      const bias = builder.parameter('head.bias', [2], { kind: 'constant', value: 0 });
      const logits = builder.linear(features, weight, bias);
      return { loss: builder.crossEntropy(logits, labels), metrics: { accuracy: builder.accuracy(logits, labels) } };
    },
  }),
});`;
  return Object.entries(replaced).reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, task);
}

/** A strategy that asks as given. */
const strategyOf = (ask: string, more = ''): string => `
import { defineStrategy, founder, offspring, z } from 'voxolve';
let calls = 0;
export default defineStrategy({
  name: 'own', source: '', options: z.strictObject({}),
  create: (_options, space, { lookahead }) => ({ name: 'own', ask: ${ask}, tell: () => undefined, ${more} }),
});`;

describe('a file of the user that cannot be loaded', () => {
  it('is refused with the line of its mistake', async () => {
    expect(await refused(asSpace, 'const a = 1;\n\nexport default {{')).toMatch(
      /^FILE:3: the search space cannot be loaded: Unexpected token; correct the file$/,
    );
    expect(await refused(asTask, 'const a = 1;\n\nnothing.of.that();\nexport default a;', 'mjs')).toMatch(
      /^FILE:3: the proxy task cannot be loaded: nothing is not defined; correct the file$/,
    );
    writeFileSync(
      join(folder, 'own', 'helper.ts'),
      'interface A {\n  a: number;\n}\nthrow new Error("not\\ntoday");',
    );
    expect(await refused(asStrategy, "import './helper.js';\nexport default 1;")).toMatch(
      /own\/helper\.ts:4: the strategy cannot be loaded: not today; correct the file$/,
    );
    expect(await refused(asSpace, "import a from './absent.js';\nexport default a;")).toMatch(
      /^FILE.*: the search space cannot be loaded: .*absent/,
    );
  });

  it('or exports something else is refused with what is missing', async () => {
    expect(await refused(asSpace, 'export const a = 1;')).toMatch(
      /FILE: its default export is not a search space \{ name, gene, build \}: "name" is missing; docs\/adding-a-search-space\.md shows one/,
    );
    expect(await refused(asSpace, "export default { name: 'a', gene: {}, build: () => 1 };")).toMatch(
      /FILE: its "gene" is not a gene; make one with record/,
    );
    expect(await refused(asTask, "export default { name: 'a', options: {}, plan: 3 };")).toMatch(
      /not a proxy task .*"plan" is of type number instead of function/,
    );
    expect(await refused(asStrategy, 'export default () => 1;')).toMatch(
      /not a strategy .*it is of type function; docs\/adding-a-strategy\.md/,
    );
  });
});

describe('a search space of the user', () => {
  it('that throws while it builds is refused with its own line', async () => {
    expect(await refused(asSpace, spaceOf('\n    throw new Error(`no ${width}`);'))).toMatch(
      /^FILE:7: the search space fails in build: no \d; correct the file$/,
    );
  });

  it('that builds no architecture is refused', async () => {
    expect(await refused(asSpace, spaceOf('return { name: "x" };'))).toMatch(
      /FILE: build gives something else than an architecture \{ name, encoder, features \}: "encoder" is missing/,
    );
  });
});

describe('a proxy task of the user', () => {
  it('is sound as it stands here', async () => {
    await expect(begin(written(asTask, taskWith({})).experiment)).resolves.toBeUndefined();
  });

  it.each(["'./mine.py'", "new URL('./mine.py', import.meta.url)"])(
    'has its Python in a file: %s',
    async (file) => {
      writeFileSync(join(folder, 'own', 'mine.py'), 'class Task: ...\n');
      const python = `worst: 0, pytorch: () => ({ files: [${file}, 'python/heads.py'], settings: { side: 8 } }),`;
      const { experiment } = written(asTask, taskWith({ 'worst: 0,': python }));
      const { plan } = (await resolveExperiment(await readExperiment(experiment))).planFor(set.channels);
      const { files: texts, settings } = pythonFiles('own', plan.pytorch?.() ?? '');
      expect(Object.keys(texts)).toEqual(['task.py', 'heads.py']);
      expect(texts['task.py']).toBe('class Task: ...\n');
      expect(settings).toEqual({ side: 8 });
    },
  );

  it.each([
    [
      'whose metric has another name',
      { "metric: 'accuracy'": "metric: 'hits'" },
      /"metric" is "hits", but loss reports "accuracy"/,
    ],
    [
      'whose labels leave their range',
      { 'rng.int(2)': '1 + rng.int(2)' },
      /gives "labels" the label 2, but there are 2 classes, 0 to 1/,
    ],
    [
      'whose batches have another shape',
      { 'tensor([batch, channels, 8, 8, 8]': 'tensor([batch, channels, 8, 64]' },
      /gives "crops" as \[2, 1, 8, 64\] of 1024 values, but "inputs" says \[2, 1, 8, 8, 8\]/,
    ],
    [
      'whose batches have other names',
      { "name: 'labels'": "name: 'answers'" },
      /prepare gives "crops", "labels", but "inputs" lists "crops", "answers"/,
    ],
    [
      'whose batches are not finite',
      { '[...voxels]': '[...voxels].map((x) => x / 0)' },
      /gives "crops" the value (NaN|-?Infinity) at \d+; values must be finite/,
    ],
    [
      'that draws from elsewhere',
      { 'rng.int(2)': '(globalThis.drawn = (globalThis.drawn ?? 0) + 1) > 3 ? 1 : 0' },
      /other values of "labels" for an equal generator/,
    ],
    [
      'whose plan is not whole',
      { 'crop: [8, 8, 8]': 'crop: [8, 8]' },
      /FILE: plan: "crop" is \[8,8\], but the rule is: three whole numbers/,
    ],
    [
      'that throws while it prepares',
      { 'Int32Array.from(crops, () => rng.int(2))': 'null.length' },
      /^FILE:15: the proxy task fails in prepare: Cannot read properties of null/,
    ],
    [
      "that misuses voxolve's builder",
      { '[2, features.shape[1]]': '[2, 1]' },
      /^FILE:21: the proxy task fails in loss: /,
    ],
    [
      'whose Python file is not there',
      { 'worst: 0,': "worst: 0, pytorch: () => ({ files: ['./none.py'], settings: {} })," },
      /its Python file .*own\/none\.py can not be read; name a file next to the task/,
    ],
  ])('%s is refused before anything is trained', async (_what, replaced, line) => {
    expect(await refused(asTask, taskWith(replaced))).toMatch(line);
  });
});

describe('a strategy of the user', () => {
  it.each([
    [
      'with a genome of another space',
      '() => ({ genome: { depth: 3 }, parents: [], mutations: [] })',
      '',
      /candidate 0 has a genome that is not of the space: /,
    ],
    [
      'with a parent it cannot know',
      "(number, rng) => ({ ...founder(space, rng), parents: [{ number, role: 'parent' }] })",
      '',
      /candidate 0 names candidate 0 as a parent; with a lookahead of 4/,
    ],
    [
      'that counts its questions',
      '(number, rng) => founder(space, rng.split(calls++))',
      '',
      /candidate 0 differs when it is asked for again with an equal generator/,
    ],
    [
      'with a rung it does not have',
      '(number, rng) => ({ ...founder(space, rng), rung: 2 })',
      'rungs: [0.5, 1]',
      /candidate 0 has the rung 2; there are 2, counted from 0/,
    ],
    [
      'with rungs that do not end in full',
      '(number, rng) => founder(space, rng)',
      'rungs: [0.5, 0.7]',
      /"rungs" must ascend within \(0, 1\] and end with 1; they are \[0\.5,0\.7\]/,
    ],
    [
      'of an unknown kind',
      '(number, rng) => founder(space, rng)',
      "kind: 'told'",
      /^FILE: create gives a strategy of the kind "told"; name its "kind": sequential \(with tell\) or selective/,
    ],
    [
      'that is selective and names no needs',
      '(number, rng) => founder(space, rng)',
      "kind: 'selective'",
      /^FILE: create gives something else than a strategy \{ name, ask, needs \}: "needs" is missing/,
    ],
    [
      'that needs the future',
      '(number, rng) => founder(space, rng)',
      'needs: (number) => [number]',
      /"needs" of candidate 0 may name, once each, none, since none is known; it names \[0\]/,
    ],
    [
      'that throws',
      '(number, rng) => rng.nothing()',
      '',
      /^FILE:6: the strategy fails in ask: rng\.nothing is not a function/,
    ],
    ['without a proposal', '() => undefined', '', /candidate 0 is undefined, not an object/],
  ])('%s is refused with the rule that it breaks', async (_what, ask, more, line) => {
    expect(await refused(asStrategy, strategyOf(ask, more))).toMatch(line);
  });
});

describe('a worker', () => {
  it('refuses other code than the search began with', async () => {
    const { file, experiment: path } = written(asTask, taskWith({}));
    const experiment = await readExperiment(path);
    const { code } = await resolveExperiment(experiment);
    const setup = {
      experiment,
      engine: 'onnx',
      device: 'cpu',
      threads: 1,
      alone: true,
      prefetch: false,
      spin: false,
    };
    await expect(Runtime.create({ ...setup, code }, set)).resolves.toBeDefined();
    const edited = { ...code, loaded: { [file]: { files: { [basename(file)]: 'other' }, packages: {} } } };
    await expect(Runtime.create({ ...setup, code: edited }, set)).rejects.toThrow(
      `${file}: this file was changed since the search began`,
    );
  });
});

describe('the command', { timeout: 60_000 }, () => {
  it.each([
    [
      'a search space',
      asSpace,
      spaceOf('throw new Error("mistake");'),
      /\.ts:6: the search space fails in build: mistake/,
    ],
    ['a proxy task', asTask, taskWith({ "metric: 'accuracy'": "metric: 'hits'" }), /"metric" is "hits"/],
    ['a strategy', asStrategy, strategyOf('() => undefined'), /candidate 0 is undefined, not an object/],
  ])('ends with that line and without a database for %s', async (_what, changes, source, line) => {
    const { experiment } = written(changes, source);
    const db = `${experiment}.db`;
    const { code, stderr } = await voxolve(['search', experiment, '--db', db], {
      VOXOLVE_CACHE: cacheDirectory,
    });
    expect(code).toBe(1);
    const last = stderr.trim().split('\n').at(-1);
    expect(last, stderr).toMatch(/^voxolve: /);
    expect(last).toMatch(line);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(db)).toBe(false);
  });
});
