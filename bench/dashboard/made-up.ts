/**
 * Made-up searches for benches and tests: the rows that a search writes, of candidates that nothing has trained. Parents, genomes
 * and mutations are those of an evolution on a shipped space, scores follow from genes and a little noise, and some fail.
 */
import { readFileSync } from 'node:fs';
import { searchSpaces } from '../../search-spaces/index.js';
import { specToJson } from '../../src/api/search-spec.js';
import { specOf } from '../../src/api/searching/study-plan.js';
import { present } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { rngOf, type Rng } from '../../src/core/random.js';
import type { Genome, Mutation, Parent } from '../../src/core/records.js';
import { experimentFrom } from '../../src/experiment/read.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { genomeSpace } from '../../src/search/space.js';
import {
  createExperiment,
  finishCandidate,
  insertCandidate,
  insertEvaluation,
  type EvaluationRecord,
  type ExperimentRow,
  type NewExperiment,
  type Store,
} from '../../src/store/index.js';
import { madeUpEvaluation, madeUpMeasures } from './made-up-outcomes.js';

/** An experiment that no file describes, some of its columns replaced. */
export function madeUpExperiment(changes: Partial<NewExperiment> = {}): NewExperiment {
  return {
    name: 'made up',
    spec: {},
    seed: 1,
    strategy: 'evolution',
    space: 'factorized3d',
    task: 'made up',
    lookahead: 4,
    candidates: 100,
    engine: 'none',
    device: 'none',
    scans: '.',
    scansFingerprint: '0',
    metric: 'score',
    chance: 0,
    version: '0',
    ...changes,
  };
}

/** The quickstart with more candidates, so that layers and decisions can be derived as of a real search. `file`: its path. */
export async function quickstartOf(candidates: number, file: string): Promise<NewExperiment> {
  const spec = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), candidates };
  const resolved = (await resolveExperiment(experimentFrom(spec, file, '.')))
    .planFor(1)
    .constrainBy(undefined);
  const { metric, chance } = resolved.plan;
  return madeUpExperiment({
    name: 'made up',
    spec: specToJson(specOf(resolved)),
    candidates,
    metric,
    chance,
  });
}

/** A candidate without parents, waiting; returns its id. */
export function decide(store: Store, row: ExperimentRow, number: number, genome: Genome): number {
  return insertCandidate(store, row.id, {
    ...{ number, genome, parents: [], mutations: [], rung: 0, params: 10, macs: 100 },
  });
}

/** Ends a candidate with a score, and nothing measured besides. */
export function finish(store: Store, candidate: number, score: number): void {
  finishCandidate(store, candidate, plainEvaluation(score), { curves: [] });
}

function plainEvaluation(score: number): EvaluationRecord {
  return {
    ...{ rung: 0, seed: 1, steps: 1, status: 'done', score, engine: 'none', device: 'none', seconds: 1 },
    ...{ error: null, attempts: 1, artifact: null, inherited: null },
  };
}

const [FOUNDERS, POPULATION, RIVALS] = [32, 64, 8];

/** `scores`: candidates alone, quick to write; `all`: with curves, errors, probes, inherited weights and repetitions too. */
type Detail = 'scores' | 'all';

interface Member {
  readonly id: number;
  readonly number: number;
  readonly genome: Genome;
  readonly score: number;
}

interface Proposal {
  readonly genome: Genome;
  readonly parents: readonly Parent[];
  readonly mutations: readonly Mutation[];
}

/** A search under way, to which finished candidates are added. */
export class MadeUpSearch {
  readonly row: ExperimentRow;
  private readonly rng: Rng;
  /** The newest that have a score, oldest first. */
  private readonly population: Member[] = [];
  private best: readonly Member[] = [];
  private next = 0;

  constructor(
    readonly store: Store,
    experiment: NewExperiment,
    private readonly detail: Detail = 'scores',
  ) {
    this.row = createExperiment(store, experiment, new Date());
    this.rng = rngOf(experiment.seed, 'made-up search');
  }

  add(count = 1): void {
    this.store.transaction(() => {
      for (let i = 0; i < count; i++) this.addOne();
    });
  }

  /** Trains the four best thrice more. */
  addWinners(): void {
    this.store.transaction(() => {
      for (const { id, number, score } of this.best)
        for (let seed = 2; seed < 5; seed++)
          this.measureAgain(id, number, score, { purpose: 'winner', seed });
    });
  }

  private addOne(): void {
    const { rng, store, row, detail } = this;
    const number = this.next++;
    const proposal = number < FOUNDERS ? founder(rng) : this.child();
    const [params, macs] = [2000 + rng.int(400_000), 1_000_000 + rng.int(290_000_000)];
    const id = insertCandidate(store, row.id, { number, ...proposal, rung: 0, params, macs });
    const score = scoreOf(proposal.genome) + 0.01 * rng.normal();
    if (detail === 'scores') finish(store, id, score);
    else if (!this.measure(id, number, score, proposal)) return;
    const member = { id, number, genome: proposal.genome, score };
    this.population.push(member);
    if (this.population.length > POPULATION) this.population.shift();
    this.best = [...this.best, member].sort((a, b) => b.score - a.score).slice(0, 4);
  }

  /** The child of the best of some of the population, in one of ten cases crossed with another. */
  private child(): Proposal {
    const { rng, population } = this;
    const [first, ...rivals] = Array.from({ length: RIVALS }, () => rng.pick(population)) as [
      Member,
      ...Member[],
    ];
    const parent = rivals.reduce((best, rival) => (rival.score > best.score ? rival : best), first);
    const parents: Parent[] = [{ number: parent.number, role: 'parent' }];
    const other = rng.pick(population);
    if (other !== parent && rng.bool(0.1)) {
      const genome = SPACE.cross(parent.genome, other.genome, rng);
      return { genome, parents: [...parents, { number: other.number, role: 'crossover' }], mutations: [] };
    }
    return { ...SPACE.mutate(parent.genome, rng), parents };
  }

  /** Returns false where the candidate got no score. */
  private measure(id: number, number: number, score: number, { genome, parents }: Proposal): boolean {
    const evaluation = madeUpEvaluation(this.rng, {
      number,
      score,
      genome,
      from: parents[0]?.number ?? null,
    });
    finishCandidate(this.store, id, evaluation, madeUpMeasures(this.rng, evaluation));
    if (evaluation.status !== 'done') return false;
    if (this.rng.bool(0.05)) this.measureAgain(id, number, score, { purpose: 'trust', seed: 5 });
    return true;
  }

  private measureAgain(
    id: number,
    number: number,
    score: number,
    other: Pick<EvaluationRecord, 'seed'> & { readonly purpose: 'trust' | 'winner' },
  ): void {
    const own = { number, score: score + 0.01 * this.rng.normal() };
    const evaluation = { ...madeUpEvaluation(this.rng, { ...own, genome: null, from: null }), ...other };
    insertEvaluation(this.store, id, evaluation, madeUpMeasures(this.rng, evaluation));
  }
}

const SPACE = genomeSpace(present(searchSpaces['factorized3d'], 'a space'));

const founder = (rng: Rng): Proposal => ({ genome: SPACE.sample(rng), parents: [], mutations: [] });

const weights = new Map<string, number>();

/** A sum over the genes: each has a weight that follows from its name. */
function scoreOf(genome: Genome): number {
  const encoded = SPACE.encode(genome);
  return encoded.reduce((sum, value, i) => sum + value * weightOf(String(i)), 0.3);
}

/** Within ±0.05. */
function weightOf(gene: string): number {
  const known = weights.get(gene) ?? (parseInt(sha256(gene).slice(0, 8), 16) / 2 ** 32 - 0.5) / 10;
  weights.set(gene, known);
  return known;
}
