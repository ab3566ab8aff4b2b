/**
 * What `search` and `resume` let one say about workers.
 */
import { UserError } from '../core/errors.js';

export const workerOptions = {
  workers: {
    type: 'number',
    describe: 'candidates trained at once (default: as many as the cores carry, up to half the lookahead)',
  },
  memory: {
    type: 'number',
    describe: 'MiB that candidates may take together (default: four fifths of what is free)',
  },
} as const;

/** `--memory` as given; throws `UserError` where it is no amount. */
export function memoryAsked(memory: number | undefined): number | undefined {
  if (memory === undefined || memory > 0) return memory;
  throw new UserError({
    subject: '--memory',
    problem: `must be a positive number of MiB, got ${memory}`,
    fix: 'leave it out to use what is free',
  });
}
