/**
 * An encoder's weights, checked against its architecture: exactly the tensors of its `state_dict`.
 */
import { sameShape, type Tensor, type TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { encoderParameters } from '../nn/parameters.js';

/**
 * Picks the encoder's tensors out of a program's weights; `prefix` precedes their names there.
 * Tensors of the head are left out.
 */
export function encoderWeights(architecture: Architecture, weights: TensorMap, prefix = ''): TensorMap {
  return Object.fromEntries(
    encoderParameters(architecture).map(({ name, shape }): [string, Tensor] => {
      const found = weights[prefix + name];
      if (found === undefined) throw new Error(`the weights lack ${prefix}${name}`);
      if (!sameShape(found.shape, shape)) {
        throw new Error(`${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`);
      }
      return [name, found];
    }),
  );
}
