/**
 * The page of one candidate: its network layer by layer, what it was measured to do, where it comes from and what came of
 * it. Reads what concerns that candidate alone, so that it is as quick among 100,000 as among ten.
 */
import {
  ancestorNumbers,
  childrenOf,
  findCandidate,
  mutationsOf,
  parentsOf,
  type Candidate,
  type ExperimentRow,
  type Store,
} from '../../store/index.js';
import { evaluationRows } from './candidate/evaluations.js';
import { exportCommand } from './candidate/export-command.js';
import { latencyOf } from './candidate/latency.js';
import { networkOf } from './candidate/network.js';
import { requireCandidate } from './candidate/require-candidate.js';
import type { CandidateView } from './types.js';

/** Throws `UserError` where there is no such candidate, or where its rows were altered. */
export async function candidateView(
  store: Store,
  row: ExperimentRow,
  number: number,
): Promise<CandidateView> {
  const { genome } = requireCandidate(store, row, number);
  const { layers, problem, trainingBytes } = await networkOf(store, row, genome);
  return store.snapshot(() => {
    // Read again, since it may have been finished meanwhile.
    const candidate = requireCandidate(store, row, number);
    const { status, rung, score, params, macs } = candidate;
    return {
      number,
      status,
      rung,
      score,
      genome,
      layers,
      layersProblem: problem,
      cost: params === null || macs === null ? null : { params, macs, trainingBytes },
      latency: latencyOf(row, candidate),
      evaluations: evaluationRows(store, candidate),
      parent: parentOf(store, row, candidate),
      mutations: mutationsOf(store, candidate),
      children: childrenOf(store, candidate.id),
      path: ancestorNumbers(store, row.id, number),
      exportCommand: exportCommand(store, row, number),
    };
  });
}

/** The one that it was mutated or promoted from. */
function parentOf(store: Store, row: ExperimentRow, { id }: Candidate): CandidateView['parent'] {
  const parent = parentsOf(store, id).find(({ role }) => role !== 'crossover');
  if (parent === undefined) return null;
  const { number, role } = parent;
  return { number, role, score: findCandidate(store, row.id, number)?.score ?? null };
}
