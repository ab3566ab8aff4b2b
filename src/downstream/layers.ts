/**
 * What heads are built of.
 */
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';

/** `[N, F]` as it is; of maps `[N, F, d, h, w]` the mean over space: `[N, F]`. */
export function pooledFeatures(builder: Builder, features: Value): Value {
  const axes = features.shape.map((_, axis) => axis).slice(2);
  return axes.length === 0 ? features : builder.reduceMean(features, axes);
}

export interface DenseOptions {
  /** False where a shift changes nothing, as of a log hazard; absent: true. */
  readonly bias?: boolean;
  /** What the bias starts at, `[width]`; absent: 0. */
  readonly start?: readonly number[];
}

/**
 * `[N, in]` → `[N, width]`, as PyTorch's `Linear` names, shapes and draws it (but the bias). Calls of one name share their
 * parameters.
 */
export function denseLayer(
  builder: Builder,
  name: string,
  x: Value,
  width: number,
  { bias: biased = true, start }: DenseOptions = {},
): Value {
  const inputs = x.shape[1] ?? 1;
  const bound = 1 / Math.sqrt(inputs);
  const weight = builder.parameter(
    `${name}.weight`,
    [width, inputs],
    { kind: 'uniform', bound },
    { shared: true },
  );
  if (!biased) return builder.linear(x, weight);
  const bias = builder.parameter(
    `${name}.bias`,
    [width],
    start === undefined ? { kind: 'constant', value: 0 } : { kind: 'values', values: start },
    { decay: false, shared: true },
  );
  return builder.linear(x, weight, bias);
}

/** `[N, F]` or maps → `[N, width]`, by one layer, or two where `hidden` is not 0: `head.hidden` and `head.fc`. */
export function perceptron(
  builder: Builder,
  features: Value,
  hidden: number,
  width: number,
  options: DenseOptions = {},
): Value {
  const pooled = pooledFeatures(builder, features);
  const inner = hidden === 0 ? pooled : builder.relu(denseLayer(builder, 'head.hidden', pooled, hidden));
  return denseLayer(builder, 'head.fc', inner, width, options);
}
