import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../src/autodiff/differentiate.js';
import { Builder } from '../../src/ir/builder.js';
import { smallProgram } from '../../bench/ops/small-network.js';
import { interpret } from '../../bench/ops/reference.js';

const ZERO = { kind: 'constant', value: 0 } as const;

describe('differentiate', () => {
  it("never builds the gradient of the first layer's input", () => {
    const { nodes } = differentiate(smallProgram().train, 'loss');
    const count = (op: string): number => nodes.filter((node) => node.op === op).length;
    expect(count('convFilterGrad')).toBe(count('conv'));
    expect(count('convInputGrad')).toBe(count('conv') - 1);
  });

  it('builds no gradients for parameters that are not trained', () => {
    const names = Object.keys(differentiate(smallProgram().train, 'loss').outputs);
    expect(names).toContain(gradientName('stem.gamma'));
    expect(names).not.toContain(gradientName('stem.running_mean'));
  });

  it('gives zeros for a parameter on which the loss does not depend', () => {
    const b = new Builder();
    b.parameter('idle', [2], ZERO);
    b.output('loss', b.square(b.parameter('w', [], ZERO)));
    const values = interpret(differentiate(b.build(), 'loss'), {
      idle: new Float64Array(2),
      w: Float64Array.of(3),
    });
    expect([...(values[gradientName('idle')]?.data ?? [])]).toEqual([0, 0]);
    expect(values[gradientName('w')]?.data[0]).toBe(6);
  });

  it('sums what comes back along several ways', () => {
    const b = new Builder();
    const w = b.parameter('w', [], ZERO);
    b.output('loss', b.add(b.mul(w, w), b.exp(w)));
    const values = interpret(differentiate(b.build(), 'loss'), { w: Float64Array.of(1) });
    expect(values[gradientName('w')]?.data[0]).toBeCloseTo(2 + Math.E, 12);
  });

  it('names the op and the reason where a derivative is missing', () => {
    const b = new Builder();
    const w = b.parameter('w', [1, 1, 2], ZERO);
    const window = { kernel: [2], stride: [1], padding: [[0, 0]] as const };
    const grad = b.node('maxPoolGrad', [w, b.constant([1, 1, 1], [1])], window);
    b.output('loss', b.reduceSum(grad, [0, 1, 2]));
    expect(() => differentiate(b.build(), 'loss')).toThrow(/maxPoolGrad.*second derivatives/);
  });

  it('refuses a loss that is not a scalar', () => {
    const b = new Builder();
    b.output('loss', b.parameter('w', [2], ZERO));
    expect(() => differentiate(b.build(), 'loss')).toThrow('loss must be a scalar, got f32[2]');
  });
});
