/**
 * The contract of engines on single ops: every op of the graph and of its derivative gives the values of the reference,
 * which computes in double precision (test/support/ops).
 */
import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../src/autodiff/differentiate.js';
import type { TensorMap } from '../../src/core/tensor.js';
import type { Feeds } from '../../src/engines/engine.js';
import { runGraph as runOnOnnx } from '../../src/engines/onnx/index.js';
import { lossGradients, runGraph as runOnTfjs } from '../../src/engines/tfjs/run-graph.js';
import {
  lossGradients as gradientsOnTorch,
  runGraph as runOnTorch,
} from '../../src/engines/torch/run-graph.js';
import type { Graph } from '../../src/ir/graph.js';
import { prepare } from '../support/ops/op-case.js';
import { opCases } from '../support/ops/op-cases.js';
import { interpret } from '../support/ops/reference.js';
import { nativeInstalled } from '../support/tfjs.js';
import { torchInstalled } from '../support/torch.js';

type Reference = ReturnType<typeof interpret>;
type Compute = (graph: Graph, weights: TensorMap, feeds: Feeds) => Promise<TensorMap>;

interface Fixture {
  readonly title: string;
  readonly run: Compute;
  /** Gradients of the loss by the engine's own differentiation, where it has one. */
  readonly gradients?: Compute;
  /** Titles of the cases that it differs in; absent: all are run. */
  readonly cases?: RegExp;
}

const tfjs = (title: string, device: 'js' | 'cpu'): Fixture => ({
  title,
  run: (graph, weights, feeds) => runOnTfjs(graph, weights, feeds, device),
  gradients: (graph, weights, feeds) => lossGradients(graph, weights, feeds, device),
});

/** `taps`: pools as on a GPU. */
const torch = (title: string, taps: boolean): Fixture => ({
  title,
  run: (graph, weights, feeds) => runOnTorch(graph, weights, feeds, taps),
  gradients: (graph, weights, feeds) => gradientsOnTorch(graph, weights, feeds, taps),
  ...(taps ? { cases: /pool/i } : {}),
});

const fixtures: readonly Fixture[] = [
  { title: 'the onnx engine on the CPU', run: runOnOnnx },
  tfjs('the tfjs engine in plain JavaScript', 'js'),
  ...(nativeInstalled ? [tfjs('the tfjs engine on TensorFlow', 'cpu')] : []),
  ...(torchInstalled
    ? [torch('the torch engine on the CPU', false), torch('the torch engine with pools as on a GPU', true)]
    : []),
];

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

/** True if any gradient is not zero: TensorFlow.js refuses to differentiate what depends on no parameter. */
const differentiable = (expected: Reference): boolean =>
  Object.entries(expected).some(
    ([name, { data }]) => name.startsWith('gradient/') && data.some((value) => value !== 0),
  );

describe.each(fixtures)('$title agrees with the reference on values and gradients', (fixture) => {
  const { run, gradients, cases = /^/ } = fixture;
  it.each(opCases.filter(({ title }) => cases.test(title)))('of $title', async (opCase) => {
    const { graph, weights, feeds, leaves } = prepare(opCase);
    const whole = differentiate(graph, 'loss');
    const expected = interpret(whole, leaves);
    const values = await run(whole, weights, feeds);
    for (const [name, { shape }] of Object.entries(expected)) {
      expect(values[name]?.shape, name).toEqual(shape);
      expect(difference(values, expected, name), name).toBeLessThan(opCase.tolerance);
    }
    if (gradients === undefined || !graph.parameters.length || !differentiable(expected)) return;
    const own = await gradients(graph, weights, feeds);
    for (const name of Object.keys(weights)) {
      expect(difference(own, expected, name, gradientName(name)), name).toBeLessThan(opCase.tolerance);
    }
  });
});
