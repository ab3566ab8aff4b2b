/**
 * Inheritance of a whole training program: the encoder's weights by `src/nn/inherit.ts`, the head's where their
 * shapes agree or where only the features that they read are more.
 */
import type { Shape, TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { inheritWeights, readingMore, type Inheritance } from '../nn/inherit.js';
import { encoderPrefix } from './program.js';

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
    if (known !== undefined && known.shape.join() === own.shape.join()) {
      weights[name] = known;
      provenance[name] = 'copied';
    } else if (known !== undefined && readsFeatures(known.shape, own.shape, architecture.features)) {
      weights[name] = readingMore(known, own.shape);
      provenance[name] = 'resized';
    } else provenance[name] = 'fresh';
  }
  return { weights, provenance };
}

/** True if axis 1 runs over the encoder's features and nothing else differs. */
function readsFeatures(before: Shape, now: Shape, features: number): boolean {
  const others = (shape: Shape): string => shape.filter((_, axis) => axis !== 1).join();
  return now[1] === features && before.length === now.length && others(before) === others(now);
}

function encoderOf(weights: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, tensor]) =>
      name.startsWith(encoderPrefix) ? [[name.slice(encoderPrefix.length), tensor]] : [],
    ),
  );
}
