/**
 * ONNX Runtime, opened the way this engine needs it.
 */
import * as ort from 'onnxruntime-node';
import type { OnnxDevice } from './lowerings/index.js';
import { profileFile, requireAllOn, type ProfileFile } from './placement.js';

export interface RuntimeOptions {
  readonly device: OnnxDevice;
  readonly threads: number;
  /** True if threads that wait spin for a moment first: only where they have their cores to themselves. By default they sleep. */
  readonly spin?: boolean;
  /**
   * True if the runtime rewrites the graph. Where it is lowered for the CPU already, that changes no result and makes
   * steps 3 % slower and opening 2.7 times as long (docs/engines.md). By default on other devices only.
   */
  readonly rewrite?: boolean;
}

/** A compiled model. */
export type Model = Pick<ort.InferenceSession, 'run' | 'release'>;

/**
 * Microseconds. Steps consist of many short operations, and waking a thread for each takes a tenth of them (docs/engines.md). Longer,
 * it would keep the thread that makes batches from its core.
 */
const SPIN = '200';

/**
 * One operation at a time, on a fixed number of threads. On any device but the CPU the first run is checked: it throws where the CPU
 * did a part of it.
 */
export async function openModel(
  model: Uint8Array,
  { device, threads, spin = false, rewrite = device !== 'cpu' }: RuntimeOptions,
): Promise<Model> {
  const options: ort.InferenceSession.SessionOptions = {
    executionMode: 'sequential',
    graphOptimizationLevel: rewrite ? 'all' : 'disabled',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: spin ? { spin_duration_us: SPIN } : { allow_spinning: '0' } } },
  };
  if (device === 'cpu')
    return ort.InferenceSession.create(model, { ...options, executionProviders: ['cpu'] });
  const profile = profileFile();
  try {
    const profiled = { ...options, enableProfiling: true, profileFilePrefix: profile.prefix };
    const session = await ort.InferenceSession.create(model, { ...profiled, executionProviders: [device] });
    return checkedOnce(session, device, profile);
  } catch (error) {
    profile.remove();
    throw error;
  }
}

function checkedOnce(session: ort.InferenceSession, device: OnnxDevice, profile: ProfileFile): Model {
  let checked = false;
  return {
    run: async (feeds: ort.InferenceSession.FeedsType) => {
      const results = await session.run(feeds);
      if (checked) return results;
      checked = true;
      session.endProfiling();
      requireAllOn(device, profile.take());
      return results;
    },
    release: async () => {
      await session.release();
      profile.remove();
    },
  };
}

export function floats(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

/** The values of a result, whose memory is its own; integers and booleans become floats. */
export function valuesOf(value: ort.Tensor | undefined): Float32Array {
  if (!value) throw new Error('the runtime returned less than the model promises');
  const { data } = value;
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

export { ort };
