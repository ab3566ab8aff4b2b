/**
 * The message that an evaluation ended with: its outcome, or the hash of the blob that holds it where it is long, and the hash of
 * the blob with the weights.
 */
import { z } from 'zod';
import type { EvaluationOutcome, ProbeValue } from '../../core/records.js';
import { hash, PROTOCOL } from './job-message.js';
import { fromWire, numbersFromWire, numbersToWire, toWire, wireNumber, wireNumbers } from './numbers.js';

/** Name of a worker. */
export const workerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, '.', '_' and '-'");

/** Class of a processor. */
export const className = z
  .string()
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'printable letters without spaces');

/** Characters of an outcome that travel in its message: curves of a few hundred values. */
export const INLINE = 32 << 10;

export const ResultMessage = z.strictObject({
  version: z.literal(PROTOCOL),
  worker: workerName,
  class: className,
  outcome: z.union([hash, z.strictObject({ text: z.string().max(INLINE) })]),
  weights: hash.exactOptional(),
  /** Present where checkpoints of the evaluation lie in the store. */
  checkpoint: z.literal(true).exactOptional(),
});
export type ResultMessage = z.infer<typeof ResultMessage>;

const text = z.string().max(100_000);
const label = z.string().max(1000);

/** An outcome without its weights, as it lies in a blob. */
const OutcomeBlob = z.strictObject({
  version: z.literal(PROTOCOL),
  status: z.enum(['done', 'diverged', 'failed', 'infeasible']),
  score: wireNumber.nullable(),
  steps: z.int().nonnegative(),
  ended: z.enum(['saturated', 'curve']).exactOptional(),
  engine: label,
  device: label,
  seconds: z.number().nonnegative(),
  peakBytes: z.number().nonnegative().exactOptional(),
  error: text.nullable(),
  attempts: z.int().nonnegative(),
  curves: z.array(z.strictObject({ name: label, steps: wireNumbers, values: wireNumbers })).max(10_000),
  probes: z
    .array(
      z.strictObject({
        name: label,
        value: wireNumber,
        low: wireNumber.nullable(),
        high: wireNumber.nullable(),
      }),
    )
    .max(10_000)
    .exactOptional(),
  inherited: z
    .strictObject({
      from: z.int().nonnegative(),
      tensors: z.record(label, z.enum(['copied', 'resized', 'identity', 'zero', 'open', 'fresh'])),
    })
    .exactOptional(),
});

/** Bytes that an outcome's blob may have. */
export const OUTCOME_BYTES = 128 << 20;

const wireOrNull = (value: number | null) => (value === null ? null : toWire(value));
const probeToWire = ({ name, value, low, high }: ProbeValue) => ({
  name,
  value: toWire(value),
  low: wireOrNull(low),
  high: wireOrNull(high),
});
const numberOrNull = (value: z.infer<typeof wireNumber> | null) => (value === null ? null : fromWire(value));

/** The bytes of an outcome's blob, without its weights; equal outcomes give equal bytes. */
export function outcomeToBytes(outcome: EvaluationOutcome): Uint8Array {
  const {
    weights: _weights,
    processorClass: _class,
    worker: _worker,
    score,
    curves,
    probes,
    inherited,
    ...rest
  } = outcome;
  const blob: z.infer<typeof OutcomeBlob> = {
    version: PROTOCOL,
    ...rest,
    score: wireOrNull(score),
    curves: curves.map(({ name, steps, values }) => ({
      name,
      steps: numbersToWire(steps),
      values: numbersToWire(values),
    })),
    ...(probes === undefined ? {} : { probes: probes.map(probeToWire) }),
    ...(inherited === undefined ? {} : { inherited: { ...inherited, tensors: { ...inherited.tensors } } }),
  };
  return Buffer.from(JSON.stringify(blob));
}

/** The outcome of a blob, without weights. Throws where the bytes hold none. */
export function outcomeFromBytes(bytes: Uint8Array): EvaluationOutcome {
  const {
    version: _,
    score,
    curves,
    probes,
    ...rest
  } = OutcomeBlob.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const scored = rest.status === 'done' || rest.status === 'diverged';
  const number = numberOrNull(score);
  if (scored !== (number !== null && Number.isFinite(number)))
    throw new Error('its score does not fit its status');
  return {
    ...rest,
    score: number,
    curves: curves.map(({ name, steps, values }) => ({
      name,
      steps: numbersFromWire(steps),
      values: numbersFromWire(values),
    })),
    ...(probes === undefined
      ? {}
      : {
          probes: probes.map(({ name, value, low, high }) => ({
            name,
            value: fromWire(value),
            low: numberOrNull(low),
            high: numberOrNull(high),
          })),
        }),
  };
}
