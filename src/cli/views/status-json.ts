/**
 * The state of a search as JSON. Names are pinned: others script against them.
 */
import type { Standing, Status } from '../../api/index.js';
import type { Json } from '../../core/json.js';

export function statusJson({ experiment: row, ...status }: Status) {
  const { candidates, best, front, winners, probe, latency } = status;
  return {
    experiment: row.name,
    state: status.state,
    candidates: { ...candidates, wanted: row.candidates, diverged: status.diverged },
    best: best === null ? null : { number: best.number, score: best.score },
    ...(front === null ? {} : { front: front.map((member) => ({ ...member })) }),
    winner: winners?.winner == null ? null : winnerJson(winners.winner),
    winners: winners === null ? [] : winners.standings.map(winnerJson),
    trust: status.trust.map(({ target, evaluations, score, params, gain, verdict }) => ({
      target,
      evaluations,
      tau_score: score?.tau ?? null,
      tau_score_ci95: score?.interval ?? null,
      tau_params: params?.tau ?? null,
      tau_params_ci95: params?.interval ?? null,
      difference: gain?.value ?? null,
      difference_ci95: gain?.interval ?? null,
      verdict,
    })),
    probe: probe === null ? null : { ...probe, values: { ...probe.values } },
    workers: status.workers.map(({ name, class: processor, slots, candidates: numbers }) => ({
      name,
      class: processor,
      slots,
      running: numbers.length,
      candidates: numbers,
    })),
    ended_by_curve: status.endedByCurve,
    median_of_first_ten: status.medianOfFirstTen,
    chance: row.chance,
    metric: row.metric,
    strategy: row.strategy,
    space: row.space,
    task: row.task,
    engine: row.engine,
    device: row.device,
    engine_choice: row.engineChoice ?? null,
    latency: latency === null ? null : latencyJson(latency),
    seed: row.seed,
    created_at: row.createdAt,
  };
}

function winnerJson({ number, searchScore, scores, mean, interval, params, macs, latency, probe }: Standing) {
  return { number, search_score: searchScore, scores, mean, ci95: interval, params, macs, latency, probe };
}

function latencyJson({ limit, model }: NonNullable<Status['latency']>): Json {
  const { measured: encoders, ...rest } = model;
  return { limit, ...rest, encoders: encoders.length };
}
