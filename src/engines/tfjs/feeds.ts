/**
 * Values on their way into TensorFlow.js and out of it.
 */
import { tensor, type AnyTensor, type Tensor } from '../../core/tensor.js';
import { sizeOf } from '../../core/tensor.js';
import type { T, Tf } from './kernels/kernel.js';

/** A whole feed, or step `step` of one that carries a leading axis of steps. */
export function fedTensor(tf: Tf, fed: AnyTensor, step?: number): T {
  const shape = step === undefined ? fed.shape : fed.shape.slice(1);
  const from = (step ?? 0) * sizeOf(shape);
  const data = fed.data.slice(from, from + sizeOf(shape));
  return tf.tensor(data, [...shape], fed.dtype === 'f32' ? 'float32' : 'int32');
}

/** A copy of a tensor's values; integers and booleans become floats. */
export async function fetched(value: T): Promise<Tensor> {
  return tensor(value.shape, Float32Array.from(await value.data()));
}
