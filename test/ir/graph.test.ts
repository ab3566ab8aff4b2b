import { describe, expect, it } from 'vitest';
import { Builder } from '../../src/ir/builder.js';
import { costOf } from '../../src/ir/cost.js';
import type { Graph } from '../../src/ir/graph.js';
import { printGraph } from '../../src/ir/print.js';
import { verify } from '../../src/ir/verify.js';

const NORMAL = { kind: 'normal', deviation: 1 } as const;

function small(): Graph {
  const b = new Builder();
  const x = b.input('x', [2, 3, 8, 8, 8]);
  const w = b.parameter('w', [4, 3, 3, 3, 3], NORMAL);
  const y = b.relu(b.conv(x, w, { stride: [1, 2, 2], padding: [1, 1, 1] }));
  b.output('y', b.reduceMean(y, [-3, -2, -1]));
  return b.build();
}

describe('a shape rule names the values that do not fit', () => {
  const b = new Builder();
  const f = (...shape: number[]) => b.constant(shape, [0]);
  it.each([
    ['broadcasting', () => b.add(f(2, 3), f(2)), 'add: shapes [2, 3] and [2] do not broadcast'],
    [
      'matrix products',
      () => b.matmul(f(2, 3), f(4, 5)),
      'matmul: inner extents 3 and 4 of [2, 3] and [4, 5] differ',
    ],
    [
      'groups',
      () => b.conv(f(1, 3, 5), f(4, 2, 3), { stride: [1], padding: [0] }),
      'input [1, 3, 5] and filter [4, 2, 3] do not fit 1 groups',
    ],
    [
      'windows',
      () => b.conv(f(1, 3, 2), f(4, 3, 5), { stride: [1], padding: [1] }),
      'a window reaching 5 does not fit axis 0 of [2] padded by [1, 1]',
    ],
    ['reshape', () => b.reshape(f(2, 3), [4]), '[2, 3] (6 values) does not become [4] (4)'],
    [
      'labels',
      () => b.crossEntropy(f(2, 3), b.input('labels', [3], 'i64')),
      'needs logits [N, K] and labels [N], got [2, 3] and [3]',
    ],
    ['slices', () => b.slice(f(4), [1], [5]), '1:5:1 does not cut axis 0 of [4]'],
    [
      'pool padding',
      () => b.maxPool(f(1, 1, 4), { kernel: [2], stride: [1], padding: [2] }),
      'padding [2, 2] must be smaller than the kernel 2',
    ],
  ])('of %s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});

describe('a builder', () => {
  it('refuses two parameters of one name', () => {
    const b = new Builder();
    b.parameter('w', [1], NORMAL);
    expect(() => b.parameter('w', [1], NORMAL)).toThrow('the graph has a parameter w already');
  });

  it('registers running statistics as in PyTorch: unbiased variance', () => {
    const b = new Builder();
    const p = (name: string, trainable: boolean) => b.parameter(name, [3], NORMAL, { trainable });
    const options = { gamma: p('g', true), beta: p('b', true), mean: p('m', false), variance: p('v', false) };
    b.batchNorm(b.input('x', [2, 3, 4]), { ...options, epsilon: 1e-5, momentum: 0.1, training: true });
    expect(Object.keys(b.build().updates)).toEqual(['m', 'v']);
    expect(printGraph(b.build())).toContain(`data: [${8 / 7}]`);
  });

  it('prints a graph one node a line', () => {
    expect(printGraph(small())).toMatchInlineSnapshot(`
      "%0 = input() {name: x} : f32[2, 3, 8, 8, 8]
      %1 = parameter() {name: w} : f32[4, 3, 3, 3, 3]
      %2 = conv(%0, %1) {stride: [1, 2, 2], padding: [[1, 1], [1, 1], [1, 1]], dilation: [1, 1, 1], groups: 1} : f32[2, 4, 8, 4, 4]
      %3 = relu(%2) : f32[2, 4, 8, 4, 4]
      %4 = reduceMean(%3) {axes: [2, 3, 4], keepDims: false} : f32[2, 4]
      output y = %4"
    `);
  });
});

describe('verify', () => {
  it('accepts what the builder makes', () => {
    expect(() => verify(small())).not.toThrow();
  });

  it('names the node whose shape does not follow from its op', () => {
    const graph = small();
    const nodes = graph.nodes.map((node) => (node.op === 'relu' ? { ...node, shape: [1] } : node));
    expect(() => verify({ ...graph, nodes })).toThrow(
      /relu\(%2\) : f32\[1\]: its op gives f32\[2, 4, 8, 4, 4\]/,
    );
  });

  it('names the node that reads one which stands after it', () => {
    const graph = small();
    const nodes = graph.nodes.map((node) => (node.op === 'relu' ? { ...node, inputs: [4] } : node));
    expect(() => verify({ ...graph, nodes })).toThrow(/relu.*reads node 4, which does not stand before it/);
  });
});

describe('cost', () => {
  it('counts parameters, multiply-accumulates and the peak of live values', () => {
    const { params, macs, peakActivationBytes } = costOf(small());
    expect(params).toBe(4 * 3 * 27);
    expect(macs).toBe(2 * 4 * 8 * 4 * 4 * 3 * 27);
    // The worst moment is the convolution: its input and output together.
    expect(peakActivationBytes).toBe(4 * (2 * 3 * 512 + 2 * 4 * 128));
  });
});
