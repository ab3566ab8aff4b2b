import { describe, expect, it } from 'vitest';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf } from '../../src/core/random.js';
import { tensor } from '../../src/core/tensor.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { summarise } from '../../src/nn/summary.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { encoderGraph } from '../../src/pretrain/program.js';
import { testedEngines } from '../support/tested-engines.js';

const input = [1, 1, 4, 8, 8] as const;

describe.each(testedEngines)('inference with fixed weights by $title', ({ engine, device }) => {
  it('gives the features that one run of the graph gives, again and again', async () => {
    const genomes = Array.from({ length: 20 }, (_, i) => factorized3d.gene.sample(rngOf('inference', i)));
    // The least work of those that the input is large enough for: plain JavaScript is slow.
    const [architecture] = genomes
      .map((one) => factorized3d.build(one, { channels: 1 }))
      .filter((one) => infeasibility(one, input) === null)
      .sort((a, b) => summarise(a, input).macs - summarise(b, input).macs);
    if (architecture === undefined) throw new Error('no genome drawn is small enough');
    const graph = encoderGraph(architecture, input);
    const weights = initialWeights(graph.parameters, rngOf('weights'));
    const rng = rngOf('input');
    const x = tensor(
      input,
      Float32Array.from({ length: 256 }, () => rng.normal()),
    );
    const expected = (await runGraph(graph, weights, { input: x }))['features'];
    const opened = await engine.openInference(graph, weights, { device, threads: 1 });
    for (let run = 0; run < 2; run++) {
      const features = (await opened.run({ input: x }))['features'];
      expect(features?.shape).toEqual(expected?.shape);
      for (const [i, value] of (expected?.data ?? []).entries())
        expect(features?.data[i]).toBeCloseTo(value, 4);
    }
    await opened.dispose();
  });
});
