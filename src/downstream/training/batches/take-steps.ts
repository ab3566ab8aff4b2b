/**
 * Steps of training in one call of the engine.
 */
import type { Session, TrainResult } from '../../../engines/engine.js';
import { stackBatches, type Batch } from '../../../pretrain/batches.js';

export interface StepSource {
  /** Follows from the step alone. */
  readonly batchAt: (step: number) => Batch;
  readonly rateAt: (step: number) => number;
}

/** Most steps of a call, and bytes of its batches: few calls, in bounded memory. How steps are divided changes no result. */
export const CALL_STEPS = 50;
const CALL_BYTES = 32 * 2 ** 20;

/** Takes up to `most` steps from `first` on; the curves are as long as steps were taken. */
export async function takeSteps(
  session: Session,
  { batchAt, rateAt }: StepSource,
  first: number,
  most: number,
): Promise<TrainResult['curves']> {
  const batches = [batchAt(first)];
  const bytes = Object.values(batches[0] ?? {}).reduce((sum, { data }) => sum + data.byteLength, 1);
  const count = Math.min(most, CALL_STEPS, Math.max(1, Math.floor(CALL_BYTES / bytes)));
  while (batches.length < count) batches.push(batchAt(first + batches.length));
  const rates = Float32Array.from({ length: count }, (_, i) => rateAt(first + i));
  return (await session.train(stackBatches(batches), rates)).curves;
}
