/**
 * From the message that a job ended with to its outcome, and the comparison of a second one with what was committed.
 */
import { sha256 } from '../../core/hash.js';
import { messageOf } from '../../core/errors.js';
import type { EvaluationJob, EvaluationOutcome } from '../../core/records.js';
import { readSafetensors } from '../../core/safetensors.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { OUTCOME_BYTES, outcomeFromBytes, ResultMessage } from '../protocol/result-message.js';
import type { CommittedEvaluation } from './record.js';

/** A result that cannot be taken, with the reason. */
export class BadResult extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadResult';
  }
}

/** Bytes of weights besides those of the network's own parameters: names, shapes, running averages. */
const WEIGHTS_BYTES = 64 << 20;

export function resultMessageOf(returned: unknown): ResultMessage {
  const parsed = ResultMessage.safeParse(returned);
  if (parsed.success) return parsed.data;
  throw new BadResult('its message does not have the form of a result');
}

/** Fetches and checks the outcome that a message names. Throws `BadResult` where it is none of this job. */
export async function outcomeOf(
  message: ResultMessage,
  { cost }: EvaluationJob,
  { blobs, engine, device }: { readonly blobs: BlobStore; readonly engine: string; readonly device: string },
): Promise<EvaluationOutcome> {
  const bytes =
    typeof message.outcome === 'string'
      ? await fetched(blobs, message.outcome, OUTCOME_BYTES)
      : Buffer.from(message.outcome.text);
  const outcome = parsedOutcome(bytes);
  if (outcome.engine !== engine || outcome.device !== device)
    throw new BadResult(
      `it was computed by ${outcome.engine} on ${outcome.device}, not ${engine} on ${device}`,
    );
  const classified = { ...outcome, processorClass: message.class, worker: message.worker };
  if (message.weights === undefined) return classified;
  const weights = await fetched(blobs, message.weights, WEIGHTS_BYTES + 16 * cost.params);
  try {
    return { ...classified, weights: readSafetensors(weights, 'weights of a result') };
  } catch (error) {
    throw new BadResult(messageOf(error));
  }
}

async function fetched(blobs: BlobStore, key: string, limit: number): Promise<Uint8Array> {
  const bytes = await blobs.get(key, limit).catch((error: unknown) => {
    throw new BadResult(messageOf(error));
  });
  if (sha256(bytes) !== key) throw new BadResult('a blob does not have the content that its name says');
  return bytes;
}

function parsedOutcome(bytes: Uint8Array): EvaluationOutcome {
  try {
    return outcomeFromBytes(bytes);
  } catch {
    throw new BadResult('its outcome does not have the form of one');
  }
}

/** How a second result differs from the committed one; undefined where it does not. */
export function differenceFrom(
  committed: CommittedEvaluation,
  outcome: EvaluationOutcome,
  weights: string | undefined,
): string | undefined {
  const { status, score, steps, artifact } = committed;
  if (outcome.status !== status) return `status ${outcome.status} instead of ${status}`;
  if (outcome.steps !== steps) return `${outcome.steps} steps instead of ${steps}`;
  if (outcome.score !== score) return `score ${outcome.score} instead of ${score}`;
  if (artifact !== null && weights !== artifact) return 'other weights';
  return undefined;
}
