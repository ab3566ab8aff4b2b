/**
 * A network of features and time with one hidden layer, which is linear in either before its relu: so that many times of a row
 * cost little more than one. Parameters are those of PyTorch's `Linear(features + 1, hidden)`, time last, and
 * `Linear(hidden, 1, bias=False)`.
 */
import type { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';
import { denseLayer, pooledFeatures } from '../../layers.js';

export interface TimedHazards {
  /** What features give to the hidden layer, `[N, hidden]`. */
  readonly ofFeatures: Value;
  /** What scaled times `[M]` give to it, `[M, hidden]`. */
  readonly ofTime: (times: Value) => Value;
}

export function timedHazards(b: Builder, features: Value, hidden: number): TimedHazards {
  const pooled = pooledFeatures(b, features);
  const columns = pooled.shape[1] ?? 1;
  const bound = 1 / Math.sqrt(columns + 1);
  const weight = b.parameter(
    'head.hidden.weight',
    [hidden, columns + 1],
    { kind: 'uniform', bound },
    { shared: true },
  );
  const bias = b.parameter(
    'head.hidden.bias',
    [hidden],
    { kind: 'constant', value: 0 },
    { decay: false, shared: true },
  );
  const part = (from: number, to: number): Value => b.slice(weight, [0, from], [hidden, to]);
  return {
    ofFeatures: b.linear(pooled, part(0, columns), bias),
    ofTime: (times) => b.matmul(b.reshape(times, [-1, 1]), part(columns, columns + 1), { b: true }),
  };
}

/** Log hazards `[N, M]` from the hidden layer before its relu, `[N, M, hidden]`. */
export function timedOutput(b: Builder, hidden: Value): Value {
  const [n = 1, m = 1, width = 1] = hidden.shape;
  const rows = b.reshape(b.relu(hidden), [n * m, width]);
  return b.reshape(denseLayer(b, 'head.fc', rows, 1, { bias: false }), [n, m]);
}
