/**
 * Inheritance of a whole training program: the encoder's weights by `src/nn/inherit.ts`, the head's where their
 * shapes agree.
 */
import type { TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { inheritWeights, type Inheritance } from '../nn/inherit.js';
import { encoderPrefix } from './program.js';

export type { Provenance } from '../nn/inherit.js';

/** `parent` and `drawn` are named as in a training program. */
export function inheritProgram(architecture: Architecture, parent: TensorMap, drawn: TensorMap): Inheritance {
  const encoder = inheritWeights(architecture, encoderOf(parent), encoderOf(drawn));
  const weights: Record<string, TensorMap[string]> = { ...drawn };
  const provenance: Record<string, Inheritance['provenance'][string]> = {};
  for (const [name, tensor] of Object.entries(encoder.weights)) weights[encoderPrefix + name] = tensor;
  for (const [name, how] of Object.entries(encoder.provenance)) provenance[encoderPrefix + name] = how;
  for (const [name, own] of Object.entries(drawn)) {
    if (name.startsWith(encoderPrefix)) continue;
    const known = parent[name];
    const fits = known !== undefined && known.shape.join() === own.shape.join();
    if (fits) weights[name] = known;
    provenance[name] = fits ? 'copied' : 'fresh';
  }
  return { weights, provenance };
}

function encoderOf(weights: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, tensor]) =>
      name.startsWith(encoderPrefix) ? [[name.slice(encoderPrefix.length), tensor]] : [],
    ),
  );
}
