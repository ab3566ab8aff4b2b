/**
 * Verification: derives every decision anew from the log, without training, and compares.
 */
import { hashJson } from '../core/hash.js';
import { canonicalJson, type Json } from '../core/json.js';
import type { Feasibility, Genome } from '../core/records.js';
import type { Proposal, Strategy } from '../search/strategy.js';
import {
  listCandidates,
  mutationRowsOf,
  parentsOf,
  type Candidate,
  type MutationRow,
} from '../store/candidates.js';
import { evaluationsOf, type Evaluation } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import type { AuxiliaryPlan } from './auxiliary.js';
import type { CurveRule } from './curve-stopping.js';
import { resultOf } from './log.js';
import { withWorstGroups, type Objective } from './objectives.js';
import { replay, strategyOfStudy } from './replay.js';
import { compareAuxiliary, curveCheck, type Compare } from './verify-auxiliary.js';

export interface Discrepancy {
  /** Number of the candidate. */
  readonly candidate: number;
  /**
   * Name of the value that differs: `number`, `genome`, `genome_hash`, `rung`, `parents`, `mutations`, `params`, `macs`, `latency`, `status`,
   * `score`, `steps` (training ended elsewhere than by its curve), `trust` or `winners` (auxiliary evaluations).
   */
  readonly what: string;
  /** Value that follows from the log before it. */
  readonly expected: Json;
  readonly found: Json;
}

export interface Verification {
  /** Candidates whose decision was derived anew. */
  readonly checked: number;
  readonly discrepancies: readonly Discrepancy[];
}

export interface VerifyPlan {
  /** Fresh, and made as the experiment says. */
  readonly strategy: Strategy;
  /** As in the study; absent: costs are not compared. */
  readonly feasibility?: (genome: Genome) => Feasibility;
  readonly objectives?: readonly Objective[];
  readonly auxiliary?: AuxiliaryPlan;
  readonly stopping?: CurveRule | undefined;
}

export function verifyStudy(store: Store, experiment: ExperimentRow, plan: VerifyPlan): Verification {
  return store.snapshot(() => compareAll(store, experiment, plan));
}

function compareAll(store: Store, experiment: ExperimentRow, plan: VerifyPlan): Verification {
  const { strategy, feasibility, objectives = ['score'], auxiliary = {} } = plan;
  const order = replay(strategyOfStudy(strategy, plan.stopping), experiment.seed, experiment.lookahead);
  const curves = curveCheck(store, experiment, plan.stopping);
  const discrepancies: Discrepancy[] = [];
  const comparison =
    (candidate: number): Compare =>
    (what, expected, found) => {
      if (canonicalJson(expected) !== canonicalJson(found))
        discrepancies.push({ candidate, what, expected, found });
    };
  const listed = listCandidates(store, experiment.id);
  const candidates = withWorstGroups(store, experiment.id, listed, objectives);
  for (const candidate of candidates) {
    const result = resultOf(candidate, objectives);
    if (result !== undefined) order.finished(result);
  }
  let checked = 0;
  for (const [i, candidate] of candidates.entries()) {
    const { number } = candidate;
    const compare = comparison(number);
    if (order.inOrder && number !== i) {
      compare('number', i, number);
      break;
    }
    const lacking = order.lacks(number);
    if (lacking !== undefined) {
      compare('status', `not decided: the result of candidate ${lacking} is missing`, candidate.status);
      if (order.inOrder) break;
      continue;
    }
    compareDecision(store, candidate, order.ask(number), compare);
    if (feasibility !== undefined) compareCost(candidate, feasibility(candidate.genome), compare);
    const last = compareOutcome(store, candidate, compare);
    curves(candidate, last, compare);
    checked++;
  }
  compareAuxiliary(store, experiment, { candidates, plan: auxiliary, rungs: strategy.rungs }, comparison);
  return { checked, discrepancies };
}

/** Compares a decision derived anew with the one in the log. */
export function compareDecision(
  store: Store,
  candidate: Candidate,
  proposal: Proposal,
  compare: Compare,
): void {
  compare('genome', proposal.genome, candidate.genome);
  compare('rung', proposal.rung ?? 0, candidate.rung);
  compare('genome_hash', hashJson(candidate.genome), candidate.genomeHash);
  const parents = [...proposal.parents]
    .sort((a, b) => a.number - b.number || (a.role < b.role ? -1 : 1))
    .map(({ number, role }) => ({ number, role }));
  compare(
    'parents',
    parents,
    parentsOf(store, candidate.id).map(({ number, role }) => ({ number, role })),
  );
  compare('mutations', proposal.mutations.map(rowOf), mutationRowsOf(store, candidate.id).map(plain));
}

/** As the table holds it, so that a text that is no JSON any more is a difference as well. */
function rowOf({ kind, path, before, after }: Proposal['mutations'][number]): Json {
  return { kind, path, before: canonicalJson(before), after: canonicalJson(after) };
}

function plain({ kind, path, before, after }: MutationRow): Json {
  return { kind, path, before, after };
}

function compareCost(candidate: Candidate, feasibility: Feasibility, compare: Compare): void {
  const { params = null, macs = null } = feasibility.cost ?? {};
  const { latency = null } = feasibility;
  compare('params', params, candidate.params);
  compare('macs', macs, candidate.macs);
  compare('latency', latency, candidate.latency);
  if (!feasibility.feasible) compare('status', 'infeasible', candidate.status);
}

/** A finished candidate's status and score are those of its last evaluation, which is returned. */
function compareOutcome(store: Store, candidate: Candidate, compare: Compare): Evaluation | undefined {
  const last = evaluationsOf(store, candidate.id).at(-1);
  const status = last?.status === 'diverged' ? 'done' : last?.status;
  if (status === undefined) {
    if (candidate.status !== 'pending' && candidate.status !== 'running')
      compare('status', 'pending', candidate.status);
  } else compare('status', status, candidate.status);
  compare('score', last?.score ?? null, candidate.score);
  return last;
}
