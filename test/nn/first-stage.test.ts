/**
 * The first stage of an encoder, read beside its last layer.
 */
import { describe, expect, it } from 'vitest';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { tensor, type Tensor, type TensorMap } from '../../src/core/tensor.js';
import { encodingGraph, withoutEarly } from '../../src/downstream/training/encode.js';
import type { Graph } from '../../src/ir/graph.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { firstStageOf } from '../../src/nn/first-stage.js';
import { activation, conv3d, sequence } from '../../src/nn/layers.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { smallEncoder } from '../downstream/training/small-encoder.js';

const names = (layers: readonly { readonly name: string }[] | undefined) => layers?.map(({ name }) => name);
const of = (children: Parameters<typeof sequence>[0]): Architecture => ({
  name: 'made up',
  inChannels: 1,
  features: 2,
  encoder: sequence(children),
});

async function encoded(graph: Graph, weights: TensorMap, scans: Tensor): Promise<Tensor> {
  const inference = await onnxEngine.openInference(graph, weights, { device: 'cpu', threads: 1 });
  try {
    return present((await inference.run({ scans }))['features'], 'features');
  } finally {
    await inference.dispose();
  }
}

describe('the first stage of an encoder', () => {
  it('ends with the first layer that is not linear', () => {
    const { first, rest } = present(firstStageOf(smallEncoder()), 'stages');
    expect([names(first), names(rest)]).toEqual([['stem'], ['stages']]);
    const bare = of({ conv: conv3d(1, 2), act: activation('relu'), more: conv3d(2, 2) });
    expect(names(firstStageOf(bare)?.first)).toEqual(['conv', 'act']);
  });

  it('is none where nothing comes after it', () => {
    expect(firstStageOf(of({ conv: conv3d(1, 2), act: activation('relu') }))).toBeUndefined();
    expect(firstStageOf(of({ conv: conv3d(1, 2) }))).toBeUndefined();
  });

  it('adds the means of its channels to the features, which stay as they are', async () => {
    const architecture = smallEncoder();
    const weights = initialWeights(encoderParameters(architecture), rngOf('first stage'));
    const rng = rngOf('scans');
    const shape = [1, 6, 8, 8] as const;
    const scans = tensor(
      [2, ...shape],
      Float32Array.from({ length: 2 * 384 }, () => rng.normal()),
    );
    const read = (early: boolean): Promise<Tensor> =>
      encoded(encodingGraph({ architecture, early }, 2, shape), weights, scans);
    const [late, both] = [await read(false), await read(true)];
    expect(both.shape).toEqual([2, 8 + 6]);
    const own = withoutEarly({ features: both, early: 6 });
    late.data.forEach((value, i) => expect(own.data[i]).toBeCloseTo(value, 5));
    // The stem alone, as an encoder of its own.
    const { first } = present(firstStageOf(architecture), 'stages');
    const encoder = { kind: 'sequence', children: first } as const;
    const stem: Architecture = { ...architecture, features: 6, encoder };
    const kept = Object.fromEntries(
      encoderParameters(stem).map(({ name }) => [name, present(weights[name], name)]),
    );
    const alone = await encoded(encodingGraph({ architecture: stem }, 2, shape), kept, scans);
    alone.data.forEach((value, i) =>
      expect(both.data[Math.floor(i / 6) * 14 + 8 + (i % 6)]).toBeCloseTo(value, 5),
    );
  });
});
