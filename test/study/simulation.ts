/**
 * A search without training: a small space, a score computed from the genome, durations with a heavy tail.
 */
import type { EvaluationOutcome, Feasibility, Genome } from '../../src/core/records.js';
import { hashJson } from '../../src/core/hash.js';
import { rngOf } from '../../src/core/random.js';
import { int, listOf, oneOf, ordered, record, when, type GenomeOf } from '../../src/search/genes/index.js';
import { defineSpace, genomeSpace } from '../../src/search/space.js';
import { createStrategy, strategies, type StrategyChoice } from '../../src/search/strategies/index.js';
import type { Strategy } from '../../src/search/strategy.js';
import type { ZeroCostScores } from '../../src/search/zero-cost.js';
import {
  createExperiment,
  findExperiment,
  type ExperimentRow,
  type NewExperiment,
} from '../../src/store/experiments.js';
import type { Store } from '../../src/store/open.js';
import { runStudy, type StudyEnd, type StudyPlan } from '../../src/study/study.js';
import type { Evaluate } from '../../src/workers/evaluators.js';

const gene = record({
  stem: oneOf(['small', 'large']),
  stages: listOf(
    record({
      block: oneOf(['conv', 'bottleneck', 'separable']),
      width: ordered([8, 16, 24, 32, 48, 64]),
      expansion: when({ block: ['bottleneck', 'separable'] }, int(1, 6)),
    }),
    { min: 1, max: 4 },
  ),
});

const toySpace = defineSpace({
  name: 'toy',
  source: 'made up',
  gene,
  build: (genome: GenomeOf<typeof gene>) => genome.stages.length,
});

export function toyExperiment(changes: Partial<NewExperiment> = {}): NewExperiment {
  return {
    name: 'toy',
    spec: { name: 'toy' },
    seed: 7,
    strategy: 'evolution',
    space: 'toy',
    task: 'none',
    lookahead: 8,
    candidates: 60,
    engine: 'simulated',
    device: 'none',
    scans: '.',
    scansFingerprint: '0',
    metric: 'score',
    chance: 0,
    version: '0',
    ...changes,
  };
}

export function toyStrategy(choice: StrategyChoice = SMALL_EVOLUTION, lookahead = 8): Strategy {
  return createStrategy(choice, genomeSpace(toySpace), { lookahead, zeroCost: toyScores });
}

/** Scores of a genome without evaluating it: its size, and its size with an error. */
const toyScores: ZeroCostScores = {
  names: ['guess', 'params'],
  score: (name, genome) => {
    const size = sizeOf(genome);
    return name === 'params' ? size : size + 20 * rngOf('guess', hashJson(genome)).normal();
  },
};

/** Every strategy as it is, schedules over evolution, and strategies whose proposals are prescreened. */
export const toyChoices: Readonly<Record<string, StrategyChoice>> = {
  ...Object.fromEntries(Object.keys(strategies).map((name) => [name, { name }])),
  'successive-halving over evolution': {
    name: 'successive-halving',
    options: { strategy: { name: 'evolution', options: { population: 8, sample: 3 } } },
  },
  'hyperband over the predictor': {
    name: 'hyperband',
    options: { strategy: { name: 'predictor', options: { initial: 8, pool: 10 } } },
  },
  'evolution, prescreened': {
    name: 'evolution',
    options: { population: 8, sample: 3, prescreen: { pool: 4, after: 8 } },
  },
  'evolution, with a warm start': {
    name: 'evolution',
    options: {
      population: 8,
      sample: 3,
      start: [8, 64].map((width) => ({ stem: 'small', stages: [{ block: 'conv', width }] })),
    },
  },
  'successive-halving, prescreened': {
    name: 'successive-halving',
    options: { prescreen: { pool: 4, after: 8 } },
  },
};

const SMALL_EVOLUTION = { name: 'evolution', options: { population: 8, sample: 3 } };

/** Genomes of four separable stages are too large. */
export function toyFeasibility(genome: Genome): Feasibility {
  const { stages } = genome as GenomeOf<typeof gene>;
  const cost = { params: sizeOf(genome), macs: stages.length, trainingBytes: 0 };
  return stages.filter(({ block }) => block === 'separable').length > 2
    ? { feasible: false, reason: 'too many separable stages', cost }
    : { feasible: true, cost };
}

function sizeOf(genome: Genome): number {
  const { stages } = genome as GenomeOf<typeof gene>;
  return stages.reduce((sum, { width }) => sum + width, 0);
}

/** Depends on number and genome alone; some candidates diverge, some fail. */
export function outcomeOf(number: number, genome: Genome): EvaluationOutcome {
  const rng = rngOf('outcome', number, hashJson(genome));
  const { stages } = genome as GenomeOf<typeof gene>;
  const widths = stages.reduce((sum, { width, expansion = 0 }) => sum + width + expansion, 0);
  const fate = rng.float();
  const status = fate < 0.08 ? 'failed' : fate < 0.16 ? 'diverged' : 'done';
  return {
    status,
    score: status === 'done' ? widths / 280 + 0.01 * rng.normal() : status === 'diverged' ? 0 : null,
    steps: 10,
    engine: 'simulated',
    device: 'none',
    seconds: rng.float(),
    error: status === 'done' ? null : `made to be ${status}`,
    attempts: status === 'failed' ? 2 : 1,
    curves: [
      { name: 'loss', steps: [0, 5], values: [rng.float(), status === 'diverged' ? NaN : rng.float()] },
    ],
    weights: { weight: { shape: [2], dtype: 'f32', data: new Float32Array([number, rng.float()]) } },
  };
}

/** Candidates end out of order: most at once, some after many others. */
export const evaluateToy: Evaluate = async ({ number, genome }) => {
  const turns = Math.min(40, Math.floor(1 / rngOf('duration', number).float()));
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  return outcomeOf(number, genome);
};

/** Changes to a toy study; `parallel` evaluations by `evaluate` at once. */
export interface ToyChanges extends Partial<StudyPlan> {
  readonly parallel?: number;
  readonly evaluate?: Evaluate;
}

export async function runToy(
  store: Store,
  { parallel: capacity = 4, evaluate = evaluateToy, ...changes }: ToyChanges = {},
): Promise<StudyEnd> {
  const experiment = toyExperimentIn(store);
  return runStudy({
    store,
    experiment,
    strategy: toyStrategy(),
    feasibility: toyFeasibility,
    evaluators: { capacity, evaluate },
    candidates: experiment.candidates,
    keepWeights: 3,
    ...changes,
  });
}

export function toyExperimentIn(store: Store): ExperimentRow {
  return findExperiment(store, 'toy') ?? createExperiment(store, toyExperiment(), new Date(0));
}

/** Everything in the tables but times, row ids of evaluations and the order of arrival. */
export function tablesOf(store: Store): unknown {
  const all = (sql: string): unknown[] => store.statement(sql).all();
  return {
    candidates: all('SELECT * FROM candidates ORDER BY id'),
    parents: all('SELECT * FROM candidate_parents ORDER BY candidate, parent, role'),
    mutations: all('SELECT * FROM mutations ORDER BY id'),
    evaluations: all(
      `SELECT candidate, purpose, rung, seed, steps, status, ended, score, engine, device, error, attempts, artifact
       FROM evaluations ORDER BY candidate, rung, seed`,
    ),
    winners: all('SELECT * FROM winners ORDER BY chosen_from, place'),
    probes: all(
      `SELECT candidate, seed, probes.* FROM probes JOIN evaluations ON evaluations.id = evaluation
       ORDER BY candidate, seed, name`,
    ).map((row) => ({ ...(row as object), evaluation: 0 })),
    curves: all(
      `SELECT candidate, seed, name, step, value FROM curves JOIN evaluations ON evaluations.id = evaluation
       ORDER BY candidate, seed, name, step`,
    ),
  };
}
