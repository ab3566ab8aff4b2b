/**
 * All candidates as columns: scores, costs and genes.
 */
import type { CandidateStatus } from '../../core/records.js';
import { candidateTuples, type ExperimentRow, type Store } from '../../store/index.js';
import { GeneColumns } from './genomes/gene-columns.js';
import { genomeOf } from './genomes/genome-of.js';
import type { CandidatesView } from './types.js';

/** `changed`: numbers of the only candidates to give. */
export function candidatesView(
  store: Store,
  row: ExperimentRow,
  changed: readonly number[] | null = null,
): CandidatesView {
  const numbers: number[] = [];
  const rungs: number[] = [];
  const statuses: CandidateStatus[] = [];
  const scores: (number | null)[] = [];
  const params: (number | null)[] = [];
  const macs: (number | null)[] = [];
  const latencies: (number | null)[] = [];
  const seconds: (number | null)[] = [];
  const genes = new GeneColumns();
  for (const tuple of candidateTuples(store, row.id, changed)) {
    const [number, rung, status, score, ownParams, ownMacs, latency, ownSeconds, genome] = tuple;
    numbers.push(number);
    rungs.push(rung);
    statuses.push(status);
    scores.push(score);
    params.push(ownParams);
    macs.push(ownMacs);
    latencies.push(latency);
    seconds.push(ownSeconds);
    genes.add(genomeOf(store, number, genome));
  }
  return { numbers, rungs, statuses, scores, params, macs, latencies, seconds, genes: genes.columns() };
}
