import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  float,
  int,
  listOf,
  oneOf,
  ordered,
  record,
  when,
  type GenomeOf,
} from '../../src/search/genes/index.js';
import { defineSpace } from '../../src/search/space.js';

const gene = record({
  stem: oneOf(['small', 'large']),
  rate: float(1e-4, 1e-2, { log: true }),
  stages: listOf(
    record({
      block: oneOf(['conv', 'bottleneck']),
      kernel: ordered([
        [1, 3, 3],
        [3, 3, 3],
      ]),
      expansion: when({ block: ['bottleneck'] }, int(2, 6)),
    }),
    { min: 2, max: 4 },
  ),
});

describe('types of genomes', () => {
  it('follow from the genes', () => {
    type Genome = GenomeOf<typeof gene>;
    expectTypeOf<Genome['stem']>().toEqualTypeOf<'small' | 'large'>();
    expectTypeOf<Genome['rate']>().toEqualTypeOf<number>();
    expectTypeOf<Genome['stages'][number]['block']>().toEqualTypeOf<'conv' | 'bottleneck'>();
    expectTypeOf<Genome['stages'][number]['kernel']>().toEqualTypeOf<
      readonly [1, 3, 3] | readonly [3, 3, 3]
    >();
    expectTypeOf<Genome['stages'][number]['expansion']>().toEqualTypeOf<number | undefined>();
    const space = defineSpace({
      name: 'typed',
      source: 'none',
      gene,
      build: (genome) => genome.stages.map((stage) => stage.expansion ?? 1).join(),
    });
    expectTypeOf<ReturnType<typeof space.build>>().toEqualTypeOf<string>();
    expect(space.gene.count()).toBeNull();
  });
});
