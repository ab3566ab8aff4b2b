/**
 * Where a fine-tuning computes: as asked, as it began, or on the CPU where there is no encoder to run.
 */
import type { EncoderWorkload } from '../../calibration/encoder-workload.js';
import { chooseEngine } from '../../calibration/engine-choice.js';
import { cropsAtOnce } from '../../downstream/training/encode.js';
import type { Experiment } from '../../experiment/schema.js';
import { inputSizeOf, type Reading } from './material.js';
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

/** Once begun, a run keeps its place wherever that is what was asked for: `auto` is measured once. */
export async function placeOf(
  asked: EngineAsked,
  before: RunRecord | null,
  material: Reading,
): Promise<Place> {
  if (before !== null && fits(before.engine, asked)) return before.engine;
  // Heads on a table are small: the CPU is at hand, and is the same everywhere.
  const otherwise = material.encoder === null ? undefined : ('auto' as const);
  const { engine, device } = await chooseEngine(
    {
      engine: asked.engine ?? otherwise ?? 'onnx',
      device: asked.device ?? (asked.engine === undefined ? (otherwise ?? 'cpu') : 'auto'),
    },
    workloadOf(material),
  );
  return { engine, device };
}

function fits(place: Place, { engine = 'auto', device = 'auto' }: EngineAsked): boolean {
  return [place.engine, 'auto'].includes(engine) && [place.device, 'auto'].includes(device);
}

/** What engines are compared by: the encoder as the task reads or trains it; undefined without one. */
function workloadOf(material: Reading): EncoderWorkload | undefined {
  if (material.encoder === null) return undefined;
  const { architecture } = material.encoder;
  const { encoder, training } = material.source.task;
  const size = inputSizeOf(material);
  const trained = encoder.train !== 'frozen';
  // What is read at once bounds what is trained on: how fast a step is compared to another follows from it as well.
  const atOnce = cropsAtOnce([architecture.inChannels, ...size]);
  return { architecture, size, batch: trained ? Math.min(training.batch, atOnce) : atOnce, trained };
}
