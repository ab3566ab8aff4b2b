/**
 * Values of a network's weights, read from the file once names and shapes are known to fit.
 */
import { UserError } from '../core/errors.js';
import { tensor, type Tensor, type TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { walk } from '../nn/modules.js';
import type { Layout } from './layouts/layout.js';
import type { Match, Pair } from './match-names.js';
import { naming, shortened } from './unreadable.js';

/** By our names. Throws `UserError` where the file is damaged or a value is not finite. */
export function weightsFrom(
  architecture: Architecture,
  match: Match,
  layout: Layout,
  path: string,
): TensorMap {
  const weights = Object.fromEntries(
    match.pairs.map((pair): [string, Tensor] => [pair.ours, naming(path, () => finite(pair, path))]),
  );
  return withEpsilon(architecture, weights, layout.epsilon);
}

function finite({ theirs, shape, stored }: Pair, path: string): Tensor {
  const values = stored?.read() ?? new Float32Array();
  if (values.every(Number.isFinite)) return tensor(shape, values);
  throw new UserError({
    subject: path,
    problem: `${shortened(theirs)} holds values that are infinite or no numbers`,
    fix: 'download or save the file again',
  });
}

/** Where their batch norms add another epsilon to the variance, the difference goes into the variance itself. */
function withEpsilon(architecture: Architecture, weights: TensorMap, epsilon: number): TensorMap {
  const changed: Record<string, Tensor> = { ...weights };
  for (const { path, layer } of walk(architecture.encoder)) {
    if (layer.kind !== 'batchNorm' || layer.epsilon === epsilon) continue;
    const name = `${path}.running_var`;
    const own = changed[name];
    if (own === undefined) continue;
    changed[name] = tensor(
      own.shape,
      own.data.map((value) => value + epsilon - layer.epsilon),
    );
  }
  return changed;
}
