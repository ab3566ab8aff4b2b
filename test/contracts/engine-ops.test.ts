/**
 * The contract of engines on single ops: every op of the graph and of its derivative gives the values of the reference,
 * which computes in double precision (bench/ops).
 */
import { describe, expect, it } from 'vitest';
import { deviationsOf, type OpEngine } from '../../bench/ops/deviations.js';
import { opCases } from '../../bench/ops/op-cases.js';
import { runGraph as runOnOnnx } from '../../src/engines/onnx/index.js';
import { lossGradients, runGraph as runOnTfjs } from '../../src/engines/tfjs/run-graph.js';
import {
  lossGradients as gradientsOnTorch,
  runGraph as runOnTorch,
} from '../../src/engines/torch/run-graph.js';
import { nativeInstalled } from '../support/tfjs.js';
import { torchInstalled } from '../support/torch.js';

interface Fixture extends OpEngine {
  readonly title: string;
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
  run: (graph, weights, feeds) => runOnTorch(graph, weights, feeds, { asOnGpu: taps }),
  gradients: (graph, weights, feeds) => gradientsOnTorch(graph, weights, feeds, { asOnGpu: taps }),
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

describe.each(fixtures)('$title agrees with the reference on values and gradients', (fixture) => {
  const { cases = /^/ } = fixture;
  it.each(opCases.filter(({ title }) => cases.test(title)))('of $title', async (opCase) => {
    for (const { name, difference } of await deviationsOf(opCase, fixture))
      expect(difference, name).toBeLessThan(opCase.tolerance);
  });
});
