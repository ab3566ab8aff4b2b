/**
 * One decision derived anew from the log, without the decisions before it: of a strategy that names what a decision rests on,
 * only those results are read.
 */
import { UserError } from '../core/errors.js';
import { sameJson } from '../core/json.js';
import type { Key } from '../core/random.js';
import type { Proposal, Result, Strategy } from '../search/strategy.js';
import { rngOfNeeds } from '../search/strategy.js';
import { candidatesBelow, findCandidate, type Candidate } from '../store/candidates.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import { resultOf } from './log.js';
import { withWorstGroups, type Objective } from './objectives.js';
import { rngOfDecision } from './replay.js';
import { compareDecision } from './verify.js';

export interface DerivedDecision {
  readonly proposal: Proposal;
  /** Key of the generator that it drew from. */
  readonly key: Key;
  /** Numbers of the results that it rests on, or the number below which all are. */
  readonly needs: { readonly end: number } | { readonly numbers: readonly number[] };
  /** Names of the values in which the log differs: `genome`, `rung`, `genome_hash`, `parents`, `mutations`. */
  readonly differences: readonly string[];
}

/**
 * `strategy`: fresh, and made as the experiment says.
 * Throws `UserError` where the log lacks a result that the decision rests on.
 */
export function deriveDecision(
  store: Store,
  experiment: ExperimentRow,
  { strategy, objectives }: { readonly strategy: Strategy; readonly objectives: readonly Objective[] },
  candidate: Candidate,
): DerivedDecision {
  const { number } = candidate;
  const rng = rngOfDecision(experiment.seed, number);
  const resultsOf = (candidates: readonly Candidate[]): readonly Result[] =>
    withWorstGroups(store, experiment.id, candidates, objectives).map((one) => {
      const result = resultOf(one, objectives);
      if (result === undefined) throw lacking(store, number, one.number);
      return result;
    });
  const derived = (proposal: Proposal, needs: DerivedDecision['needs']): DerivedDecision => {
    const differences: string[] = [];
    compareDecision(store, candidate, proposal, (what, expected, found) => {
      if (!sameJson(expected, found)) differences.push(what);
    });
    return { proposal, key: rng.key, needs, differences };
  };

  if (strategy.kind === 'selective') {
    const numbers = strategy.needs(number, rngOfNeeds(rng));
    const needed = numbers.map((one) => {
      const found = findCandidate(store, experiment.id, one);
      if (found === undefined) throw lacking(store, number, one);
      return found;
    });
    return derived(strategy.ask(number, rng, resultsOf(needed)), { numbers });
  }
  const end = Math.max(0, number - experiment.lookahead + 1);
  const before = candidatesBelow(store, experiment.id, end);
  const gap = before.findIndex((one, i) => one.number !== i);
  if (gap !== -1 || before.length < end) throw lacking(store, number, gap === -1 ? before.length : gap);
  for (const result of resultsOf(before)) strategy.tell(result);
  return derived(strategy.ask(number, rng), { end });
}

function lacking({ path }: Store, number: number, needed: number): UserError {
  return new UserError({
    subject: path,
    problem: `the decision on candidate ${number} rests on candidate ${needed}, of which the log has no result`,
    fix: 'voxolve verify lists what is wrong',
  });
}
