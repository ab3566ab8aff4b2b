import { describe, expect, it } from 'vitest';
import { Builder } from '../../src/ir/builder.js';
import { costOf } from '../../src/ir/cost.js';
import { buildEncoder } from '../../src/nn/build.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { summarise } from '../../src/nn/summary.js';
import { randomArchitecture } from '../search-spaces/genomes.js';

const INPUT = [2, 1, 12, 14, 16] as const;

describe('the summary of an architecture', () => {
  it('adds up to the parameters and multiply-accumulates of its graph', () => {
    for (let seed = 0; seed < 30; seed++) {
      const architecture = randomArchitecture(seed);
      if (infeasibility(architecture, INPUT) !== null) continue;
      const builder = new Builder();
      const x = builder.input('input', INPUT);
      builder.output('features', buildEncoder(builder, architecture, x, { training: false }));
      const { params, macs } = costOf(builder.build());
      expect(summarise(architecture, INPUT)).toMatchObject({ params, macs });
    }
  });

  it('lists layers in the order of computation, each taking what the one before gives', () => {
    const { layers } = summarise(randomArchitecture(1), INPUT);
    expect(layers[0]).toMatchObject({ path: 'stem.conv', kind: 'conv', input: INPUT });
    const main = layers.filter(({ path }) => !path.includes('shortcut'));
    main.slice(1).forEach((layer, i) => expect(layer.input).toEqual(main[i]?.output));
  });
});
