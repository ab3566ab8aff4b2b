import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import { prepare } from '../support/ops/op-case.js';
import { opCases } from '../support/ops/op-cases.js';
import { interpret } from '../support/ops/reference.js';

describe('the onnx engine on the CPU agrees with the reference on values and gradients', () => {
  it.each(opCases)('of $title', async (opCase) => {
    const { graph, weights, feeds, leaves } = prepare(opCase);
    const whole = differentiate(graph, 'loss');
    const expected = interpret(whole, leaves);
    const actual = await runGraph(whole, weights, feeds);
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(actual[name]?.shape, name).toEqual(shape);
      const scale = Math.max(1, ...data.map(Math.abs));
      const worst = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (actual[name]?.data[i] ?? NaN))),
        0,
      );
      expect(worst / scale, name).toBeLessThan(opCase.tolerance);
    }
  });
});
