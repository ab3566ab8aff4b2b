import { describe, expect, it } from 'vitest';
import { present } from '../../src/core/errors.js';
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
    const fitting = Array.from({ length: 30 }, (_, seed) => randomArchitecture(seed)).find(
      (architecture) => infeasibility(architecture, INPUT) === null,
    );
    const { layers } = summarise(present(fitting, 'an architecture that fits'), INPUT);
    expect(layers[0]).toMatchObject({ path: 'stem.conv', kind: 'conv', input: INPUT });
    const main = layers.filter(({ path }) => !path.includes('shortcut'));
    main.slice(1).forEach((layer, i) => expect(layer.input).toEqual(main[i]?.output));
  });
});
