import { afterEach, beforeAll, expect, it } from 'vitest';
import { knownScores } from '../../src/api/reading/known-scores.js';
import { UserError } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { resolveExperiment, type PlannedExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import type { ZeroCostScorer } from '../../src/search/zero-cost.js';
import { createScorer, type ScorerSetting } from '../../src/workers/zero-cost/scorer.js';
import { smallSpace, tinyExperiment } from '../support/tiny.js';

const entry = new URL('../../dist/src/workers/zero-cost/scorer-thread.js', import.meta.url);
let planned: PlannedExperiment;
let open: ZeroCostScorer[] = [];

beforeAll(async () => {
  const experiment = Experiment.parse({ ...tinyExperiment, space: smallSpace });
  planned = (await resolveExperiment(experiment)).planFor(1);
});

afterEach(() => {
  for (const scorer of open) scorer.close();
  open = [];
});

function scorerOf(changes: Partial<ScorerSetting> = {}): ZeroCostScorer {
  const { experiment, channels, code } = planned;
  const scorer = createScorer({ experiment, channels, code, ...changes }, entry);
  open.push(scorer);
  return scorer;
}

it('scores depend on name and genome alone: the same again, by another thread, and after others', () => {
  const genomes = [0, 1, 2].map((i) => planned.space.gene.sample(rngOf('genome', i)));
  const [first, second] = [scorerOf(), scorerOf()];
  for (const name of first.names) {
    const scores = genomes.map((genome) => first.score(name, genome));
    expect(scores.every(Number.isFinite)).toBe(true);
    expect([...genomes].reverse().map((genome) => second.score(name, genome))).toEqual([...scores].reverse());
    expect(genomes.map((genome) => first.score(name, genome))).toEqual(scores);
  }
});

it('other code than the search began with is refused', () => {
  const scorer = scorerOf({ code: { ...planned.code, proxyTask: 'other code' } });
  const genome = planned.space.gene.sample(rngOf('genome', 0));
  const scored = (): number => scorer.score('params', genome);
  expect(scored).toThrow(UserError);
  expect(scored).toThrow('changed since the search began');
});

it('closing twice, or without having asked anything, is no mistake', () => {
  const [used, idle] = [scorerOf(), scorerOf()];
  used.score('params', planned.space.gene.sample(rngOf('genome', 0)));
  for (const scorer of [used, used, idle]) scorer.close();
});

it('scores that are known are not worked out again, by whichever scorer of the same setting', () => {
  const genome = planned.space.gene.sample(rngOf('genome', 0));
  const { experiment, channels, code } = planned;
  const setting = { experiment, channels, code };
  const other = { ...setting, experiment: { ...experiment, seed: experiment.seed + 1 } };
  const first = createScorer(setting, entry, knownScores(setting));
  open.push(first);
  const score = first.score('synflow', genome);
  const noThread = new URL('./no-such-thread.js', import.meta.url);
  const second = createScorer(setting, noThread, knownScores(structuredClone(setting)));
  expect(second.score('synflow', genome)).toBe(score);
  expect(knownScores(other).size).toBe(0);
  expect(knownScores({ ...setting, code: { ...code, space: 'other code' } }).size).toBe(0);
});
