import { describe, expect, it } from 'vitest';
import { classifier, namedNetworks } from '../../search-spaces/named.js';
import { cell3d } from '../../search-spaces/cell3d.js';
import { rngOf } from '../../src/core/random.js';
import type { Architecture, Layer } from '../../src/nn/architecture.js';
import { activation, conv3d } from '../../src/nn/layers.js';
import { infeasibility, layerShapes } from '../../src/nn/shapes.js';
import { NETWORK_INPUT, wiringOf } from '../../src/nn/wiring.js';
import { randomArchitecture } from '../search-spaces/genomes.js';

const published = namedNetworks.map(({ name, space, genome, input, classes }) => {
  return { name, input, architecture: classifier(space, genome, input[0], classes) };
});
const drawn = Array.from({ length: 10 }, (_, seed) => [
  { name: `factorized3d ${seed}`, architecture: randomArchitecture(seed) },
  {
    name: `cell3d ${seed}`,
    architecture: cell3d.build(cell3d.gene.sample(rngOf('wiring', seed)), { channels: 1 }),
  },
])
  .flat()
  .map((one) => ({ ...one, input: [1, 16, 32, 32] as const }));

function encoderOf(encoder: Layer): Architecture {
  return { name: 'made', inChannels: 2, features: 2, encoder };
}

describe('the wiring of an architecture', () => {
  it.each([...published, ...drawn])('leads each layer of $name what it takes', ({ architecture, input }) => {
    const shape = [1, ...input];
    if (infeasibility(architecture, shape) !== null) return;
    const layers = layerShapes(architecture, shape);
    const wires = wiringOf(architecture);
    expect(wires.filter(({ sum }) => sum === undefined).map(({ path }) => path)).toEqual(
      layers.map(({ path }) => path),
    );
    let next = 0;
    const outputs: string[] = [];
    const outputOf = (index: number): string =>
      index === NETWORK_INPUT ? shape.join() : (outputs[index] ?? '');
    for (const { sum, reads } of wires) {
      const read = reads.map(outputOf);
      const layer = sum === undefined ? layers[next++] : undefined;
      expect(new Set(read)).toEqual(new Set([layer?.input.join() ?? read[0]]));
      outputs.push(layer?.output.join() ?? read[0] ?? '');
    }
  });

  it('leads a block its input past its body, and everything that ends in a node into its sum', () => {
    const act = activation('relu');
    const block: Layer = { kind: 'residual', body: conv3d(2, 2), activation: 'relu' };
    expect(wiringOf(encoderOf(block)).map(({ reads, sum }) => [reads, sum])).toEqual([
      [[NETWORK_INPUT], undefined],
      [[0, NETWORK_INPUT], 'relu'],
    ]);
    const cell: Layer = {
      kind: 'cell',
      edges: [
        { name: 'a', from: 0, to: 1, layer: act },
        { name: 'b', from: 0, to: 2, layer: act },
        { name: 'c', from: 1, to: 2, layer: act },
      ],
    };
    expect(wiringOf(encoderOf(cell)).map(({ path, reads }) => [path, reads])).toEqual([
      ['a', [NETWORK_INPUT]],
      ['b', [NETWORK_INPUT]],
      ['c', [0]],
      ['node2', [1, 2]],
    ]);
  });
});
