/**
 * The entry of a thread that runs fits.
 */
import { workerData } from 'piscina';
import { diskFailure } from '../../core/disk-failure.js';
import { UserError } from '../../core/errors.js';
import { Interrupted } from '../../pretrain/pretrain.js';
import type { FitReply, FitTask } from './messages.js';
import { runFit } from './run-fit.js';
import type { FitSetup } from './setup.js';

const setup = workerData as FitSetup;

/** Errors lose their class on the way between threads, so that those which mean something go as plain data. */
export default async function fit({ unit, stop }: FitTask): Promise<FitReply> {
  try {
    await runFit(setup, unit, () => Atomics.load(stop, 0) === 1);
    return { kind: 'done' };
  } catch (error) {
    const thrown = diskFailure(setup.folder, error);
    if (thrown instanceof UserError) return { kind: 'refused', details: thrown.details };
    if (thrown instanceof Interrupted) return { kind: 'interrupted' };
    throw thrown;
  }
}
