/**
 * ONNX Runtime, opened the way this engine needs it.
 */
import * as ort from 'onnxruntime-node';
import type { OnnxDevice } from './lowerings/index.js';

export interface RuntimeOptions {
  readonly device: OnnxDevice;
  readonly threads: number;
}

/**
 * One operation at a time, on a fixed number of threads. Threads that wait do not spin: several sessions share a
 * machine in a search.
 */
export function openModel(
  model: Uint8Array,
  { device, threads }: RuntimeOptions,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: device === 'cpu' ? ['cpu'] : [device],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
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
