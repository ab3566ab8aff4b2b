/**
 * The state of a search as JSON. Names are pinned: others script against them.
 */
import { endedByCurve, probeSummary, trustRows, type ExperimentRow, type Store } from '../../store/index.js';
import { trustReports } from '../../study/index.js';
import { latencyJson } from '../../api/stored-latency.js';
import { currentSummary } from '../../api/reading/search-state.js';
import { paretoFront } from '../../api/reading/pareto-front.js';
import { winnersOf, type Standing } from '../../api/reading/winner.js';

export function statusJson(store: Store, row: ExperimentRow) {
  const { candidates, best, medianOfFirstTen, diverged, state } = currentSummary(store, row);
  const front = paretoFront(store, row);
  const winners = winnersOf(store, row);
  return {
    experiment: row.name,
    state,
    candidates: { ...candidates, wanted: row.candidates, diverged },
    best: best === null ? null : { number: best.number, score: best.score },
    ...(front === null ? {} : { front: front.map((member) => ({ ...member })) }),
    winner: winners?.winner == null ? null : winnerJson(winners.winner),
    winners: winners === null ? [] : winners.standings.map(winnerJson),
    trust: trustReports(trustRows(store, row.id)).map(
      ({ target, evaluations, score, params, gain, verdict }) => ({
        target,
        evaluations,
        tau_score: score?.tau ?? null,
        tau_score_ci95: score?.interval ?? null,
        tau_params: params?.tau ?? null,
        tau_params_ci95: params?.interval ?? null,
        difference: gain?.value ?? null,
        difference_ci95: gain?.interval ?? null,
        verdict,
      }),
    ),
    probe: probeJson(store, row),
    ended_by_curve: endedByCurve(store, row.id),
    median_of_first_ten: medianOfFirstTen,
    chance: row.chance,
    metric: row.metric,
    strategy: row.strategy,
    space: row.space,
    task: row.task,
    engine: row.engine,
    device: row.device,
    engine_choice: row.engineChoice ?? null,
    latency: latencyJson(row, store.path),
    seed: row.seed,
    created_at: row.createdAt,
  };
}

function winnerJson({ number, searchScore, scores, mean, interval, params, macs, latency, probe }: Standing) {
  return { number, search_score: searchScore, scores, mean, ci95: interval, params, macs, latency, probe };
}

function probeJson(store: Store, row: ExperimentRow) {
  const summary = probeSummary(store, row.id);
  return summary === null ? null : { ...summary, values: { ...summary.values } };
}
