/**
 * Frozen features of labelled crops: the encoder's output, its mean over space.
 */
import { present } from '../core/errors.js';
import { tensor, type Tensor, type TensorMap } from '../core/tensor.js';
import type { LabelledSet } from './labelled-set.js';
import type { Matrix } from '../core/linear-algebra/matrix.js';

/** Crops fed at once; the last chunk is filled up with zeros, so that one compiled graph serves all. */
const CHUNK = 32;

/** `encode`: `[M, C, D, H, W]` → `features` `[M, F, d, h, w]`. One row per crop. */
export async function featuresOf(
  { shape, voxels }: Pick<LabelledSet, 'shape' | 'voxels'>,
  encode: (input: Tensor) => Promise<TensorMap>,
): Promise<Matrix> {
  const [count, ...crop] = shape;
  const size = crop.reduce((product, extent) => product * extent, 1);
  const data: number[] = [];
  let columns = 0;
  for (let from = 0; from < count; from += CHUNK) {
    const input = new Float32Array(CHUNK * size);
    input.set(voxels.subarray(from * size, Math.min(count, from + CHUNK) * size));
    const outputs = await encode(tensor([CHUNK, ...crop], input));
    const features = present(outputs['features'], 'features');
    const [, width = 1, ...space] = features.shape;
    const places = space.reduce((product, extent) => product * extent, 1);
    columns = width;
    for (let row = 0; row < Math.min(CHUNK, count - from) * width; row++) {
      let sum = 0;
      for (let v = row * places; v < (row + 1) * places; v++) sum += features.data[v] ?? 0;
      data.push(sum / places);
    }
  }
  return { rows: count, columns, data: Float64Array.from(data) };
}
