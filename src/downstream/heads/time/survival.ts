/**
 * Curves of survival.
 */
import { tensor, type Tensor, type TensorMap } from '../../../core/tensor.js';

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

/**
 * Share of the time up to the last of `times` that is lost, `[N]`: 1 − restricted mean survival time / last time, by the
 * trapezoidal rule. `survival`: `[N, T]`.
 */
export function lostShare(
  { shape: [rows = 0, columns = 0], data }: Tensor,
  times: readonly number[],
): Tensor {
  const last = times.at(-1) ?? 1;
  const lost = Float32Array.from({ length: rows }, (_, row) => {
    const lived = times.reduce((sum, time, k) => {
      const before = k === 0 ? 1 : (data[row * columns + k - 1] ?? 0);
      return sum + ((time - (times[k - 1] ?? 0)) * (before + (data[row * columns + k] ?? 0))) / 2;
    }, 0);
    return 1 - lived / last;
  });
  return tensor([rows], lost);
}
