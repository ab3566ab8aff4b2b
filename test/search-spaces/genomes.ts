/** Random architectures of factorized3d, and weights for them. */
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf, type Rng } from '../../src/core/random.js';
import { sizeOf, tensor, type Shape, type Tensor, type TensorMap } from '../../src/core/tensor.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { encoderParameters } from '../../src/nn/parameters.js';

export function randomGenome(seed: number) {
  return factorized3d.gene.sample(rngOf('factorized3d', seed));
}

export function randomArchitecture(seed: number, channels = 1): Architecture {
  return factorized3d.build(randomGenome(seed), { channels });
}

/** As if trained: no tensor keeps the value it starts with, running statistics included. */
export function randomWeights(architecture: Architecture, rng: Rng): TensorMap {
  return Object.fromEntries(
    encoderParameters(architecture).map(({ name, shape, initialiser }): [string, Tensor] => {
      if (name.endsWith('running_var')) return [name, filled(shape, () => rng.uniform(0.5, 2))];
      if (initialiser.kind === 'normal') {
        return [name, filled(shape, () => initialiser.deviation * rng.normal())];
      }
      const centre = initialiser.kind === 'constant' ? initialiser.value : 0;
      return [name, filled(shape, () => centre + 0.2 * rng.normal())];
    }),
  );
}

export function randomTensor(shape: Shape, rng: Rng): Tensor {
  return filled(shape, () => rng.normal());
}

function filled(shape: Shape, value: () => number): Tensor {
  return tensor(shape, Float32Array.from({ length: sizeOf(shape) }, value));
}
