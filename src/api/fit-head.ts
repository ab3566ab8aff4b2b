/**
 * Fits a downstream head on frozen features: see docs/adding-a-head.md.
 */
import type { Head } from '../downstream/head.js';
import { fitHead as fit, type FittedHead, type HeadTraining } from '../downstream/fit-head.js';
import { onnxEngine } from '../engines/onnx/index.js';
import { loadHead } from '../experiment/plugins/index.js';

export interface FitHeadOptions extends Omit<HeadTraining, 'head'> {
  /** A head that comes with voxolve, by name, one of your own by its path, or the head itself. */
  readonly head: string | Head;
}

/** Equal calls give equal weights. Throws `UserError` for targets and options that cannot be used. */
export async function fitHead({ head, ...training }: FitHeadOptions): Promise<FittedHead> {
  const loaded = typeof head === 'string' ? await loadHead(head) : head;
  // One thread, since sums may differ with their number, which must not follow from the machine.
  const place = { engine: onnxEngine, device: 'cpu', threads: 1 };
  return fit({ head: loaded, ...training }, place);
}
