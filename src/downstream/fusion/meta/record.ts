/**
 * A fitted learner of a stack as JSON keeps it.
 */
import { z } from 'zod';

const numbers = z.array(z.number());
const weights = z.record(z.string(), z.number());

export const MetaRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('classes'), weights, biases: numbers }),
  z.object({ kind: z.literal('value'), weights, bias: z.number() }),
  z.object({ kind: z.literal('time'), weights, constants: z.record(z.string(), numbers), times: numbers }),
]);
