/** Gradients where a function has a kink: PyTorch's versions differ there, and engines must not. */
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { lossGradients } from '../../../src/engines/torch/run-graph.js';
import { Builder } from '../../../src/ir/builder.js';
import { torchInstalled } from '../../support/torch.js';

describe.skipIf(!torchInstalled)('the gradient of hard swish in PyTorch', () => {
  it('is that of the line at -3 and at 3, and that of the sides from the next number on', async () => {
    const beyond = 3 + 2 ** -22;
    const values = [-beyond, -3, 0, 3, beyond];
    const b = new Builder();
    const x = b.parameter('x', [values.length], { kind: 'constant', value: 0 });
    b.output('loss', b.reduceSum(b.hardswish(x), [0]));
    const weights = { x: tensor([values.length], Float32Array.from(values)) };
    const { x: found } = await lossGradients(b.build(), weights, {});
    const expected = [0, -0.5, 0.5, 1.5, 1];
    expect(Math.fround(beyond)).toBeGreaterThan(3);
    expected.forEach((slope, i) => expect(found?.data[i]).toBeCloseTo(slope, 5));
  });
});
