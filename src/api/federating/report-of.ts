/**
 * What a report of a federation says, from what was trained.
 */
import { version } from '../../core/version.js';
import { spent } from '../../federated/round.js';
import { present } from '../../core/errors.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import type { Trained } from '../pretraining/train.js';
import type { FederatedReport } from './federated-report.js';
import { MU, valuesOf, type Federated, type FederatedRun } from './run-federation.js';

export function reportOf(run: FederatedRun, done: Federated, pooled: Trained | undefined): FederatedReport {
  const { resolved, federation, sites } = run;
  const { outcome, best, parameters } = done;
  const { algorithm, mu = MU, localSteps, normalisation, participation } = federation;
  const { metric, chance } = resolved.plan;
  const winner = pooled?.checkpoints.winner ?? null;
  return {
    ...{ version, experiment: resolved.experiment.name, status: outcome.status, algorithm },
    mu: algorithm === 'fedprox' ? mu : null,
    rounds: outcome.rounds,
    localSteps,
    sites: sites.map(({ name, patients, set }) => ({ name, patients, volumes: set.volumes.length })),
    ...{ normalisation, participation },
    updates: updatesOf(done),
    ...{ metric, chance },
    scores: {
      federated: finite(outcome.score),
      best: best && { round: best.step, score: best.score },
      pooled: pooled?.outcome.status === 'done' ? finite(pooled.outcome.score) : null,
      bestPooled: winner && { step: winner.step, score: winner.score },
    },
    traffic: trafficOf(done, parameters),
    privacy: privacyOf(run, outcome.rounds),
  };
}

function updatesOf({ outcome: { curves } }: Federated): FederatedReport['updates'] {
  const sum = (name: string): number => valuesOf(curves, name).reduce((total, value) => total + value, 0);
  const awaited = sum('sites/asked');
  return { awaited, lost: awaited - sum('sites/arrived') };
}

function trafficOf({ outcome: { curves } }: Federated, parameters: number): FederatedReport['traffic'] {
  const [down, up] = [valuesOf(curves, 'bytes/down'), valuesOf(curves, 'bytes/up')];
  const [asked, arrived] = [valuesOf(curves, 'sites/asked'), valuesOf(curves, 'sites/arrived')];
  // Messages differ by the digits of their headers alone.
  const largest = (bytes: readonly number[], messages: readonly number[]): number =>
    Math.max(0, ...bytes.map((sum, i) => (messages[i] === 0 ? 0 : Math.ceil(sum / (messages[i] ?? 1)))));
  const mean = (bytes: readonly number[]): number => (bytes.length === 0 ? 0 : Math.round(meanOf(bytes)));
  return {
    parameters,
    message: { down: largest(down, asked), up: largest(up, arrived) },
    perRound: { down: mean(down), up: mean(up) },
  };
}

function privacyOf({ federation, noise }: FederatedRun, rounds: number): FederatedReport['privacy'] {
  if (noise === undefined) return null;
  const { delta, participation, clip } = federation;
  return {
    unit: 'site',
    epsilon: spent(federation, noise, rounds),
    ...{ delta, noise, sampling: participation, accountant: 'rdp' },
    clip: present(clip, 'clip, which noise needs'),
  };
}

function finite(score: number): number | null {
  return Number.isFinite(score) ? score : null;
}
