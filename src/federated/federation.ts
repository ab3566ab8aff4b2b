/**
 * A federation, simulated on one machine: rounds in which sites train and a server averages (McMahan et al. 2017, algorithm 1).
 *
 * Sites and server exchange messages and nothing else. All that is random is drawn from generators named by round and site, and
 * updates are summed in the order of the sites, so that the result does not depend on when a site answers.
 */
import { present } from '../core/errors.js';
import type { Curve } from '../core/records.js';
import { meanOf } from '../core/statistics/descriptive.js';
import type { ParameterSpec } from '../ir/graph.js';
import type { Batch } from '../pretrain/batches.js';
import { CurveLog } from '../pretrain/curves.js';
import { Interrupted, meanOverBatches, type Snapshot } from '../pretrain/pretrain.js';
import { anchorsOf } from './proximal.js';
import { playRound, type RoundJob, type RoundReport } from './round.js';
import {
  initialFederation,
  networkAt,
  packWeights,
  unpackWeights,
  type FederatedWeights,
} from './weights.js';

export interface FederationJob extends RoundJob {
  /** Parameters of the task's program, without those of FedProx. */
  readonly parameters: readonly ParameterSpec[];
  /** Names of parameters that stay at the sites. */
  readonly localNames: ReadonlySet<string>;
  readonly rounds: number;
  /** Rounds between validations. */
  readonly evaluateEvery: number;
  readonly heldOut: readonly Batch[];
  readonly from?: Snapshot;
  readonly checkpoint?: { readonly every: number; readonly save: (snapshot: Snapshot) => void };
  readonly onBest?: (round: number, score: number, weights: FederatedWeights) => void;
  readonly onRound?: (report: RoundReport & Partial<Validation>) => void;
}

/** Of held-out patients. */
export interface Validation {
  readonly score: number;
  readonly heldOutLoss: number;
}

export interface FederationOutcome {
  readonly status: 'done' | 'diverged';
  readonly rounds: number;
  /** The metric after the last round; NaN if diverged. */
  readonly score: number;
  readonly curves: readonly Curve[];
  readonly weights: FederatedWeights;
}

export async function federate(job: FederationJob): Promise<FederationOutcome> {
  const curves = new CurveLog(job.from?.curves);
  const { from, sites, localNames, parameters, rng } = job;
  let weights =
    from === undefined
      ? initialFederation(parameters, localNames, sites, rng.split('init'))
      : unpackWeights(from.state.weights, sites);
  let done = from?.state.step ?? 0;
  const { metric } = job.plan;
  const ended = (status: 'done' | 'diverged', score: number): FederationOutcome => ({
    ...{ status, rounds: done, score, weights },
    curves: curves.all(),
  });
  while (done < job.rounds) {
    if (job.interrupted()) throw new Interrupted();
    const round = await playRound(job, curves, done, weights);
    done += 1;
    if (round === undefined) return ended('diverged', NaN);
    weights = round.weights;
    const last = done === job.rounds;
    const due = last || done % job.evaluateEvery === 0;
    const found = due ? await validate(job, curves, done, weights) : undefined;
    job.onRound?.({ ...round.report, ...found });
    if (found !== undefined && !Number.isFinite(found.score + found.heldOutLoss))
      return ended('diverged', NaN);
    if (job.checkpoint !== undefined && (last || done % job.checkpoint.every === 0)) {
      const state = { weights: packWeights(weights), optimiser: {}, step: done };
      job.checkpoint.save({ state, curves: curves.all() });
    }
  }
  return ended('done', present(curves.values(`validation/${metric}`).at(-1), 'a validation'));
}

/** Means over the held-out batches; where networks differ, over the sites' networks. */
async function validate(
  job: FederationJob,
  curves: CurveLog,
  round: number,
  weights: FederatedWeights,
): Promise<Validation> {
  const networks =
    job.localNames.size === 0 ? [weights.shared] : job.sites.map(({ name }) => networkAt(weights, name));
  const found: Record<string, number>[] = [];
  for (const network of networks) {
    job.session.load({ weights: { ...network, ...(job.proximal ? anchorsOf(weights.shared) : {}) } });
    const means = await meanOverBatches(job);
    if (means === undefined) throw new Interrupted();
    found.push(means);
  }
  const before = Math.max(...curves.values(`validation/${job.plan.metric}`));
  for (const name of Object.keys(found[0] ?? {}))
    curves.add(`validation/${name}`, round, meanOf(found.map((means) => means[name] ?? NaN)));
  const score = present(curves.values(`validation/${job.plan.metric}`).at(-1), 'the score');
  const heldOutLoss = present(curves.values('validation/loss').at(-1), 'the loss');
  if (Number.isFinite(heldOutLoss) && score > before) job.onBest?.(round, score, weights);
  return { score, heldOutLoss };
}
