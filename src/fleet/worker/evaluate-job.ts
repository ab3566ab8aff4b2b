/**
 * One job of the queue from its message to the message of its result.
 */
import { messageOf } from '../../core/errors.js';
import type { EvaluationJob } from '../../core/records.js';
import { readSafetensors, writeSafetensors } from '../../core/safetensors.js';
import type { Continuation } from '../../workers/continuation/continuation.js';
import type { Evaluators } from '../../workers/evaluators.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { jobIdOf, JobMessage, PROTOCOL } from '../protocol/job-message.js';
import { INLINE, outcomeToBytes, type ResultMessage } from '../protocol/result-message.js';

/** Bytes of a parent's weights besides those of the child's own size. */
const PARENT_BYTES = 1 << 30;

export interface Evaluating {
  readonly pool: Pick<Evaluators, 'evaluate'>;
  readonly blobs: BlobStore;
  readonly worker: string;
  readonly class: string;
  readonly signal: AbortSignal;
  readonly continuation: Continuation;
}

/** The job of a message. Throws where the message does not have the form of one, or stands under another's id. */
export async function jobOf(
  id: string,
  data: unknown,
  search: string,
  blobs: BlobStore,
): Promise<EvaluationJob> {
  const parsed = JobMessage.safeParse(data);
  if (!parsed.success) throw new Error(`the message of job ${id} does not have the form of one`);
  const { job, search: own } = parsed.data;
  if (own !== search || jobIdOf(job) !== id) throw new Error(`the message of job ${id} is that of another`);
  const { parent, ...rest } = job;
  if (parent === undefined) return rest;
  // Not this machine's fault: whoever asked puts them there again.
  const bytes = await blobs.get(parent.weights, PARENT_BYTES).catch((error: unknown) => {
    throw new Error(messageOf(error));
  });
  return {
    ...rest,
    parent: { number: parent.number, weights: readSafetensors(bytes, 'weights of the parent') },
  };
}

/** Evaluates a job and puts its outcome and weights into the store. */
export async function evaluateJob(
  job: EvaluationJob,
  { pool, blobs, worker, class: processorClass, signal, continuation }: Evaluating,
): Promise<ResultMessage> {
  const { weights, ...outcome } = await pool.evaluate(job, signal, continuation);
  const kept = { ...outcome, error: outcome.error === null ? null : messageOf(outcome.error).slice(0, 2000) };
  const bytes = Buffer.from(outcomeToBytes(kept));
  const [outcomeBlob, weightsBlob] = await Promise.all([
    bytes.length <= INLINE ? { text: bytes.toString() } : blobs.put(bytes),
    weights === undefined ? undefined : blobs.put(writeSafetensors(weights)),
  ]);
  return {
    version: PROTOCOL,
    worker,
    class: processorClass,
    outcome: outcomeBlob,
    ...(weightsBlob === undefined ? {} : { weights: weightsBlob }),
  };
}
