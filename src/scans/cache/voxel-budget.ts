/**
 * Memory budget for voxels in a process: sets that fit are held whole; of others only recently used chunks.
 *
 * The budget decides how fast crops are read, never which crops.
 */
import { totalmem } from 'node:os';
import { UserError } from '../../core/errors.js';

const MIB = 2 ** 20;
const VARIABLE = 'VOXOLVE_SCAN_MEMORY';

/** Bytes from `VOXOLVE_SCAN_MEMORY` (MiB), else a GiB or a quarter of the machine's memory, whichever is less. */
export function scanMemory(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment[VARIABLE];
  if (given === undefined || given === '') return Math.min(1024 * MIB, totalmem() / 4);
  const mebibytes = Number(given);
  if (!(mebibytes >= 1) || !Number.isFinite(mebibytes)) {
    throw new UserError({
      subject: VARIABLE,
      problem: `must be a number of MiB, at least 1, got "${given}"`,
      fix: 'set it to 1024, or unset it',
    });
  }
  return mebibytes * MIB;
}
