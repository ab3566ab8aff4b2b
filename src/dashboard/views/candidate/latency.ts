/** A candidate's predicted latency, the search's limit on it, and how far such predictions were off where it was measured. */
import { latencyLimit } from '../../../api/searching/stored-latency.js';
import { LatencyModel } from '../../../pretrain/latency.js';
import type { Candidate, ExperimentRow } from '../../../store/index.js';
import type { CandidateView } from '../types.js';

export function latencyOf(row: ExperimentRow, { latency }: Candidate): CandidateView['latency'] {
  const model = LatencyModel.safeParse(row.latencyModel);
  return {
    predicted: latency,
    limit: latencyLimit(row) ?? null,
    measuredOverPredicted: model.success ? model.data.leftOut : null,
  };
}
