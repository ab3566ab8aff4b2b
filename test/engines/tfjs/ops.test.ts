import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../../src/autodiff/differentiate.js';
import type { TensorMap } from '../../../src/core/tensor.js';
import type { TfjsDevice } from '../../../src/engines/tfjs/packages.js';
import { lossGradients, runGraph } from '../../../src/engines/tfjs/run-graph.js';
import { prepare } from '../../support/ops/op-case.js';
import { opCases } from '../../support/ops/op-cases.js';
import { interpret } from '../../support/ops/reference.js';
import { nativeInstalled } from '../../support/tfjs.js';

type Reference = ReturnType<typeof interpret>;

/** The greatest difference, relative to the greatest magnitude (1 at least). */
function difference(actual: TensorMap, expected: Reference, name: string, as = name): number {
  const { data } = expected[as] ?? { data: new Float64Array() };
  const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[name]?.data[i] ?? NaN))),
    0,
  );
  return worst / scale;
}

function agreement(device: TfjsDevice): void {
  it.each(opCases)('of $title', async (opCase) => {
    const { graph, weights, feeds, leaves } = prepare(opCase);
    const whole = differentiate(graph, 'loss');
    const expected = interpret(whole, leaves);
    // every op of the graph and of its derivative, among them the gradient ops
    const values = await runGraph(whole, weights, feeds, device);
    for (const [name, { shape }] of Object.entries(expected)) {
      expect(values[name]?.shape, name).toEqual(shape);
      expect(difference(values, expected, name), name).toBeLessThan(opCase.tolerance);
    }
    if (!graph.parameters.length || !differentiable(expected)) return;
    // and the gradients that TensorFlow.js finds by itself
    const gradients = await lossGradients(graph, weights, feeds, device);
    for (const name of Object.keys(weights)) {
      expect(difference(gradients, expected, name, gradientName(name)), name).toBeLessThan(opCase.tolerance);
    }
  });
}

/** Whether any gradient is not zero: TensorFlow.js refuses to differentiate what depends on no parameter. */
const differentiable = (expected: Reference): boolean =>
  Object.entries(expected).some(
    ([name, { data }]) => name.startsWith('gradient/') && data.some((v) => v !== 0),
  );

describe('the tfjs engine in plain JavaScript agrees with the reference on values and gradients', () => {
  agreement('js');
});

describe.skipIf(!nativeInstalled)(
  'the tfjs engine on TensorFlow agrees with the reference on values and gradients',
  () => {
    agreement('cpu');
  },
);
