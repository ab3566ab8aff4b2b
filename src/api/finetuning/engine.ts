/**
 * Where a fine-tuning computes: as asked, as it began, or on the CPU where there is no encoder to run.
 */
import { chooseEngine } from '../../calibration/engine-choice.js';
import type { Experiment } from '../../experiment/schema.js';
import type { RunRecord } from './run/run-folder.js';

/** Threads of one operation where features are computed: ONNX Runtime's sums may differ with it, so that cores must not set it. */
export const FEATURE_THREADS = 1;

export interface EngineAsked {
  readonly engine?: Experiment['engine'] | undefined;
  readonly device?: Experiment['device'] | undefined;
}

export interface Place {
  readonly engine: string;
  readonly device: string;
}

export async function placeOf(
  asked: EngineAsked,
  before: RunRecord | null,
  hasEncoder: boolean,
): Promise<Place> {
  const named = asked.engine !== undefined || asked.device !== undefined;
  if (!named && before !== null) return before.engine;
  // Heads on a table are small: the CPU is at hand, and is the same everywhere.
  const otherwise = hasEncoder ? ('auto' as const) : undefined;
  const { engine, device } = await chooseEngine({
    engine: asked.engine ?? otherwise ?? 'onnx',
    device: asked.device ?? (asked.engine === undefined ? (otherwise ?? 'cpu') : 'auto'),
  });
  return { engine, device };
}
