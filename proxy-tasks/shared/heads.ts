/**
 * Heads: layers between an encoder's features and a loss.
 */
import type { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';

/** `[N, in]` → `[N, width]`, with bias; initialised as He et al. 2015, fan in. */
export function dense(builder: Builder, name: string, x: Value, width: number): Value {
  const fan = x.shape[1] ?? 1;
  const weight = builder.parameter(`${name}.weight`, [width, fan], {
    kind: 'normal',
    deviation: Math.sqrt(2 / fan),
  });
  const bias = builder.parameter(`${name}.bias`, [width], { kind: 'constant', value: 0 }, { decay: false });
  return builder.linear(x, weight, bias);
}

/** Two layers: `[N, in]` → `[N, hidden]` → `[N, width]`; their parameters are `head.hidden` and `head.NAME`. */
export function twoLayers(builder: Builder, x: Value, hidden: number, name: string, width: number): Value {
  return dense(builder, `head.${name}`, builder.relu(dense(builder, 'head.hidden', x, hidden)), width);
}

/** Feature maps `[M, F, d, h, w]` → `[M, F]`. */
export function pooled(builder: Builder, features: Value): Value {
  return builder.reduceMean(features, [2, 3, 4]);
}

/** Loss and metric of a task that asks for one of K classes: logits `[B, K]`, labels `[B]`. */
export function classification(builder: Builder, logits: Value, labels: Value) {
  return {
    loss: builder.crossEntropy(logits, labels),
    metrics: { accuracy: builder.accuracy(logits, labels) },
    answer: logits,
  };
}
