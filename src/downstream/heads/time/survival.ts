/**
 * Curves of survival.
 */
import { tensor, type TensorMap } from '../../../core/tensor.js';

/** Predictions whose `survival` `[N, T]` does not rise, also not by a rounding. */
export function notRising(predictions: TensorMap): TensorMap {
  const { survival } = predictions;
  if (survival === undefined) return predictions;
  const columns = survival.shape[1] ?? 1;
  const data = Float32Array.from(survival.data);
  for (let i = 0; i < data.length; i++) {
    if (i % columns > 0) data[i] = Math.min(data[i] ?? 0, data[i - 1] ?? 0);
  }
  return { ...predictions, survival: tensor(survival.shape, data) };
}
