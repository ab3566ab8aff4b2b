/**
 * One round of a federation: the server's weights go to the sites that take part, their updates come back and are averaged.
 */
import { present } from '../core/errors.js';
import type { TensorMap } from '../core/tensor.js';
import type { CurveLog } from '../pretrain/curves.js';
import { Interrupted } from '../pretrain/pretrain.js';
import { added, clipped, difference, noisyMean, normOf, weightedMean } from './aggregate.js';
import { trainLocally, type LocalResult, type LocalTraining } from './local-training.js';
import { readMessage, writeMessage, type FederatedMessage } from './messages.js';
import { lostIn, participantsOf } from './participation.js';
import { epsilonOf } from './privacy/accountant.js';
import type { Site } from './sites.js';
import { picked, type FederatedWeights } from './weights.js';

export interface RoundReport {
  /** Rounds done. */
  readonly round: number;
  /** Sites that took part, and how many of their updates arrived. */
  readonly sites: number;
  readonly arrived: number;
  /** Mean loss of the sites, weighted as their updates are; absent under differential privacy. */
  readonly loss?: number;
}

export interface RoundJob extends LocalTraining {
  readonly sites: readonly Site[];
  /** Share of the sites that take part; with noise, the probability with which each does. */
  readonly participation: number;
  /** Probability that a site is lost in mid-round. */
  readonly lost: number;
  /** Largest norm of an update; absent: updates are averaged as they are. */
  readonly clip?: number;
  /** Noise multiplier; absent: no differential privacy. */
  readonly noise?: number;
  readonly delta: number;
  readonly interrupted: () => boolean;
  /** Sees every message as it would travel. */
  readonly onMessage?: (bytes: Uint8Array, message: FederatedMessage) => void;
}

/** Undefined where an update is not finite. */
export async function playRound(
  job: RoundJob,
  curves: CurveLog,
  round: number,
  weights: FederatedWeights,
): Promise<{ readonly weights: FederatedWeights; readonly report: RoundReport } | undefined> {
  const { sites, rng, noise } = job;
  const drawn = participantsOf(sites, job, rng.split('participants', round));
  const updates: FederatedMessage[] = [];
  const local: Record<string, TensorMap> = { ...weights.local };
  const bytes = { down: 0, up: 0 };
  let lost = 0;
  for (const site of drawn) {
    if (job.interrupted()) throw new Interrupted();
    const sent = { kind: 'weights', round, site: site.name, examples: 0, metrics: {} } as const;
    const received = deliver(job, { ...sent, tensors: weights.shared });
    bytes.down += received.bytes;
    if (lostIn(round, site.name, job)) {
      lost += 1;
      continue;
    }
    const mine = local[site.name] ?? {};
    const result = await trainLocally(job, site, round, received.message.tensors, mine);
    if (!Number.isFinite(result.loss)) return undefined;
    local[site.name] = picked(result.weights, Object.keys(mine));
    const answer = deliver(job, updateOf(job, site, round, received.message.tensors, result));
    bytes.up += answer.bytes;
    updates.push(answer.message);
  }
  if (!updates.every(({ tensors }) => Number.isFinite(normOf(tensors)))) return undefined;
  const shared = stepped(job, round, weights.shared, updates, lost);
  const arrived = updates.length;
  const loss = noise === undefined && arrived > 0 ? meanLoss(updates) : undefined;
  if (loss !== undefined) curves.add('train/loss', round, loss);
  curves.add('sites/asked', round, drawn.length);
  curves.add('sites/arrived', round, arrived);
  curves.add('bytes/down', round, bytes.down);
  curves.add('bytes/up', round, bytes.up);
  if (noise !== undefined) curves.add('epsilon', round, spent(job, noise, round + 1));
  const report = { round: round + 1, sites: drawn.length, arrived, ...(loss === undefined ? {} : { loss }) };
  return { weights: { shared, local }, report };
}

/** What a site sends: the change of the shared parameters, clipped there. With noise its size and losses stay there too. */
function updateOf(
  job: RoundJob,
  site: Site,
  round: number,
  before: TensorMap,
  { weights, loss }: LocalResult,
): FederatedMessage {
  const change = difference(weights, before);
  const isPrivate = job.noise !== undefined;
  return {
    ...{ kind: 'update', round, site: site.name },
    examples: isPrivate ? 1 : site.patients,
    metrics: isPrivate ? {} : { loss },
    tensors: job.clip === undefined ? change : clipped(change, job.clip),
  };
}

/** The server's weights after a round. */
function stepped(
  job: RoundJob,
  round: number,
  shared: TensorMap,
  updates: readonly FederatedMessage[],
  lost: number,
): TensorMap {
  const { clip, noise } = job;
  if (noise === undefined) return updates.length === 0 ? shared : added(shared, weightedMean(updates));
  // Which sites are lost does not depend on their scans, so the divisor may count them out.
  const expected = Math.max(1, job.participation * job.sites.length - lost);
  const sum = { clip: present(clip, 'clip, which noise needs'), noise, expected };
  return added(shared, noisyMean(updates, sum, shared, job.rng.split('noise', round)));
}

/** ε after so many rounds. */
export function spent(
  { participation, delta }: Pick<RoundJob, 'participation' | 'delta'>,
  noise: number,
  rounds: number,
): number {
  return epsilonOf({ noise, sampling: participation, steps: rounds, delta });
}

/** Writes a message, and reads it as the other side does. */
function deliver(
  { onMessage }: RoundJob,
  message: FederatedMessage,
): { readonly message: FederatedMessage; readonly bytes: number } {
  const bytes = writeMessage(message);
  onMessage?.(bytes, message);
  return { message: readMessage(bytes), bytes: bytes.length };
}

function meanLoss(updates: readonly FederatedMessage[]): number {
  const total = updates.reduce((sum, { examples }) => sum + examples, 0);
  return updates.reduce(
    (sum, { examples, metrics }) => sum + (examples / total) * (metrics['loss'] ?? NaN),
    0,
  );
}
