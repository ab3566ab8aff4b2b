/**
 * Initial weights. Each tensor draws from a generator named after it, so that adding a layer leaves the others'
 * initial values alone.
 */
import type { Rng } from '../core/random.js';
import { sizeOf, tensor, type Tensor, type TensorMap } from '../core/tensor.js';
import { unreachable } from '../core/errors.js';
import type { ParameterSpec } from '../ir/graph.js';

export function initialWeights(parameters: readonly ParameterSpec[], rng: Rng): TensorMap {
  return Object.fromEntries(parameters.map((spec) => [spec.name, initialTensor(spec, rng.split(spec.name))]));
}

function initialTensor({ shape, initialiser }: ParameterSpec, rng: Rng): Tensor {
  const data = new Float32Array(sizeOf(shape));
  switch (initialiser.kind) {
    case 'constant':
      data.fill(initialiser.value);
      break;
    case 'normal':
      for (let i = 0; i < data.length; i++) data[i] = rng.normal() * initialiser.deviation;
      break;
    case 'uniform':
      for (let i = 0; i < data.length; i++) data[i] = rng.uniform(-initialiser.bound, initialiser.bound);
      break;
    case 'values':
      data.set(initialiser.values);
      break;
    default:
      unreachable(initialiser);
  }
  return tensor(shape, data);
}
