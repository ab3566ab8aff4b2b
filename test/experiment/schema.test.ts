import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { experimentJsonSchema } from '../../src/experiment/json-schema.js';
import { readExperiment } from '../../src/experiment/read.js';
import { strategies } from '../../src/search/strategies/index.js';

const root = new URL('../../', import.meta.url);
const schema: unknown = JSON.parse(JSON.stringify(experimentJsonSchema()));
const shipped = readdirSync(new URL('experiments', root)).filter((name) => name.endsWith('.json'));

describe('the JSON Schema of experiments', () => {
  it('is the one that is committed: run npm run schema after changing the validator', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('docs/experiment.schema.json', root), 'utf8'));
    expect(schema).toEqual(committed);
  });

  const judge = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (changes: object): boolean =>
    judge.safeParse({ name: 'a', candidates: 3, ...changes }).success;

  it.each(shipped)('accepts %s', (name) => {
    const experiment: unknown = JSON.parse(readFileSync(new URL(`experiments/${name}`, root), 'utf8'));
    expect(judge.safeParse(experiment).error?.issues ?? []).toEqual([]);
  });

  it('knows the options of every task, strategy and space, by its name', () => {
    for (const [name, task] of Object.entries(proxyTasks).filter(([one]) => one !== 'multi')) {
      expect(accepts({ proxyTask: name }), name).toBe(true);
      expect(accepts({ proxyTask: { name } }), name).toBe(true);
      expect(accepts({ proxyTask: { name, options: task.options.parse({}) } }), name).toBe(true);
      expect(accepts({ proxyTask: { name, options: { nothing: 1 } } }), name).toBe(false);
    }
    for (const name of Object.keys(strategies)) {
      expect(accepts({ strategy: name }), name).toBe(true);
      expect(
        accepts({ strategy: { name, options: { start: ['r3d-18', { a: 1 }], prescreen: {} } } }),
        name,
      ).toBe(true);
      expect(accepts({ strategy: { name, options: { nothing: 1 } } }), name).toBe(false);
    }
    for (const [norm, right] of [
      ['group', true],
      [['batch', 'layer'], true],
      ['instance', false],
    ]) {
      expect(accepts({ space: { name: 'factorized3d', options: { norm } } }), String(norm)).toBe(right);
    }
    expect(accepts({ space: { name: 'x3d', options: { norm: 'group' } } })).toBe(false);
    expect(accepts({ proxyTask: { name: 'jigsaw3d', options: { patch: 12 } } })).toBe(true);
    expect(accepts({ proxyTask: { name: 'jigsaw3d', options: { patch: 'large' } } })).toBe(false);
    expect(accepts({ proxyTask: { name: 'jigsaw3d', options: { hidden: 32 } } })).toBe(true);
    expect(accepts({ proxyTask: { name: 'mae3d', options: { hidden: 32 } } })).toBe(false);
    expect(accepts({ strategy: { name: 'evolution', options: { population: 12 } } })).toBe(true);
    expect(accepts({ strategy: { name: 'random', options: { population: 12 } } })).toBe(false);
  });

  it('knows the options of tasks within a mix and of strategies within a schedule', () => {
    const mix = (options: object): object => ({
      proxyTask: {
        name: 'multi',
        options: { tasks: [{ name: 'jigsaw3d', options, weight: 2 }, { name: 'mae3d' }] },
      },
    });
    expect(accepts(mix({ patch: 12 }))).toBe(true);
    expect(accepts(mix({ pach: 12 }))).toBe(false);
    const schedule = (options: object): object => ({
      strategy: { name: 'hyperband', options: { strategy: { name: 'evolution', options } } },
    });
    expect(accepts(schedule({ sample: 3 }))).toBe(true);
    expect(accepts(schedule({ smaple: 3 }))).toBe(false);
  });

  it('takes files of one’s own with any options, and no unknown names', () => {
    for (const key of ['proxyTask', 'strategy']) {
      expect(accepts({ [key]: './own.ts' })).toBe(true);
      expect(accepts({ [key]: { name: 'lib/own.mjs', options: { anything: [1] } } })).toBe(true);
      expect(accepts({ [key]: 'unknown' })).toBe(false);
      expect(accepts({ [key]: { name: 'unknown' } })).toBe(false);
      expect(accepts({ [key]: { name: './own.ts', option: {} } })).toBe(false);
    }
    expect(accepts({ space: './own.ts' })).toBe(true);
    expect(accepts({ space: 'x3d' })).toBe(true);
    expect(accepts({ space: 'x3e' })).toBe(false);
  });
});

describe('the experiments that come with voxolve', () => {
  it.each(shipped)('%s is valid', async (name) => {
    await expect(readExperiment(new URL(`experiments/${name}`, root).pathname)).resolves.toHaveProperty(
      'name',
    );
  });
});
