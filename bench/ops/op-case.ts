/**
 * A case of an op: how to build it, what to feed it, and how close an engine must come.
 */
import { rngOf } from '../../src/core/random.js';
import { sizeOf, tensor, intTensor, type Shape } from '../../src/core/tensor.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph, Value } from '../../src/ir/graph.js';

/** Values of an operand: any sign, away from zero and each other's ties, or integers below a bound. */
export type Operand =
  | { readonly shape: Shape; readonly values: 'normal' | 'positive' | 'apart' }
  | { readonly shape: Shape; readonly below: number };

export interface OpCase {
  readonly title: string;
  readonly operands: readonly Operand[];
  readonly build: (b: Builder, ...operands: Value[]) => Value;
  /** Greatest difference allowed between an engine and the reference, relative to the greatest magnitude. */
  readonly tolerance: number;
}

export interface Prepared {
  /** Outputs `y`, and `loss`: a fixed random combination of y's values. */
  readonly graph: Graph;
  readonly weights: Readonly<Record<string, ReturnType<typeof tensor>>>;
  readonly feeds: Readonly<Record<string, ReturnType<typeof intTensor>>>;
  /** The same as doubles, for the reference. */
  readonly leaves: Readonly<Record<string, Float64Array>>;
}

export function prepare({ title, operands, build }: OpCase): Prepared {
  const b = new Builder();
  const weights: Record<string, ReturnType<typeof tensor>> = {};
  const feeds: Record<string, ReturnType<typeof intTensor>> = {};
  const values = operands.map((operand, i) => {
    const rng = rngOf(title, i);
    const size = sizeOf(operand.shape);
    if ('below' in operand) {
      const name = `i${i}`;
      feeds[name] = intTensor(
        operand.shape,
        Int32Array.from({ length: size }, () => rng.int(operand.below)),
      );
      return b.input(name, operand.shape, 'i64');
    }
    const name = `p${i}`;
    const spaced = rng.shuffle(
      Array.from({ length: size }, (_, k) => (k + 0.5 - size / 2) / Math.max(size / 4, 1)),
    );
    const draw = {
      normal: () => rng.normal(),
      positive: () => rng.uniform(0.5, 2),
      apart: (k: number) => spaced[k] ?? 0,
    };
    const data = Float32Array.from({ length: size }, (_, k) => draw[operand.values](k));
    weights[name] = tensor(operand.shape, data);
    return b.parameter(name, operand.shape, { kind: 'constant', value: 0 });
  });
  const y = build(b, ...values);
  const float = y.dtype === 'f32' ? y : b.toFloat(y);
  const rng = rngOf(title, 'mix');
  const mix = b.constant(
    y.shape,
    Float32Array.from({ length: sizeOf(y.shape) }, () => rng.normal()),
  );
  b.output('y', float);
  b.output(
    'loss',
    b.reduceSum(
      b.mul(float, mix),
      y.shape.map((_, axis) => axis),
    ),
  );
  const leaves = Object.fromEntries(
    [...Object.entries(weights), ...Object.entries(feeds)].map(([name, { data }]) => [
      name,
      Float64Array.from(data),
    ]),
  );
  return { graph: b.build(), weights, feeds, leaves };
}
