/**
 * The message that asks for an evaluation. It holds no code, and arrays only by the hashes of their blobs.
 */
import { z } from 'zod';
import type { EvaluationJob } from '../../core/records.js';
import type { Json } from '../../core/json.js';

/** Version of all messages: a worker of another version is refused. */
export const PROTOCOL = 1;

export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal');

/** Id of a search, of all databases: a UUID. */
export const searchId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an id of a search');

/** A genome is whatever the space reads; the worker's own space checks it. */
const genome = z.json() as unknown as z.ZodType<Json>;

const cost = z.strictObject({
  params: z.number().nonnegative(),
  macs: z.number().nonnegative(),
  trainingBytes: z.number().nonnegative(),
});

export const JobMessage = z.strictObject({
  version: z.literal(PROTOCOL),
  search: searchId,
  job: z.strictObject({
    number: z.int().nonnegative(),
    genome,
    cost,
    rung: z.int().nonnegative(),
    share: z.number().positive(),
    seed: z.int(),
    purpose: z.enum(['search', 'trust', 'winner']),
    probe: z.boolean(),
    stopBelow: z
      .array(z.strictObject({ step: z.int().nonnegative(), score: z.number() }))
      .max(100_000)
      .exactOptional(),
    /** Weights to start from, as a blob. */
    parent: z.strictObject({ number: z.int().nonnegative(), weights: hash }).exactOptional(),
  }),
});
export type JobMessage = z.infer<typeof JobMessage>;

/** Bytes that a message in the queue may have. */
export const MESSAGE_BYTES = 4 << 20;

/** The message of a job; `weights`: hash of the blob with the weights of its parent, where it has one. */
export function jobMessage(search: string, job: EvaluationJob, weights: string | undefined): JobMessage {
  const { number, genome, cost, rung, share, seed, purpose, probe, stopBelow, parent } = job;
  return {
    version: PROTOCOL,
    search,
    job: {
      number,
      genome,
      cost,
      rung,
      share,
      seed,
      purpose,
      probe,
      ...(stopBelow === undefined ? {} : { stopBelow: stopBelow.map((threshold) => ({ ...threshold })) }),
      ...(parent === undefined || weights === undefined
        ? {}
        : { parent: { number: parent.number, weights } }),
    },
  };
}

/** What tells an evaluation from all others of its search. */
export type EvaluationKey = Pick<EvaluationJob, 'number' | 'purpose' | 'rung' | 'seed'>;

/** Id of a job in the queue of its search: BullMQ takes neither integers nor colons. */
export const jobIdOf = ({ number, purpose, rung, seed }: EvaluationKey): string =>
  `${purpose}-${number}-rung${rung}-seed${seed}`;

/** The evaluation that an id names; undefined where it names none. */
export function evaluationOf(id: string): EvaluationKey | undefined {
  const parts = /^(search|trust|winner)-(\d+)-rung(\d+)-seed(-?\d+)$/.exec(id);
  if (parts === null) return undefined;
  const [, purpose, number, rung, seed] = parts;
  return {
    purpose: purpose as EvaluationKey['purpose'],
    number: Number(number),
    rung: Number(rung),
    seed: Number(seed),
  };
}
