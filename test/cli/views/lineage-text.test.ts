import { describe, expect, it } from 'vitest';
import { lineageText } from '../../../src/cli/views/lineage-text.js';
import type { Json } from '../../../src/core/json.js';

const change = (before: Json, after: Json): string =>
  lineageText([
    {
      number: 3,
      status: 'done',
      score: 0.5,
      rung: 0,
      latency: null,
      parent: 1,
      gain: -0.125,
      mutations: [{ kind: 'step', path: '/stages/1', before, after }],
    },
  ]);

describe('a candidate of an ancestry', () => {
  it('has its score, its gain and what changed from its parent', () => {
    expect(change(24, 16)).toBe(
      'candidate 3  50.0 %  −12.5 points  from candidate 1\n    step /stages/1: 24 → 16',
    );
    expect(change('silu', null)).toContain('"silu" → nothing');
  });

  it('lists of two records only the keys that differ', () => {
    const before = { block: 'bottleneck', depth: 1, reduction: 4, squeeze: 0.125 };
    const after = { block: 'conv3d', depth: 1, squeeze: 0.125, pool: [1, 2] };
    expect(change(before, after)).toContain(
      ': block bottleneck → conv3d, reduction 4 → none, pool none → [1,2]',
    );
  });

  it('lists of two lists only the items that one of them lacks', () => {
    const [a, b, c] = [{ width: 8 }, { width: 16 }, { width: 32 }];
    expect(change([a, c], [a, b, c])).toContain(': 2 → 3 items\n        + item 1: width 16');
    expect(change([a, b, c], [b, c])).toContain(': 3 → 2 items\n        − item 0: width 8');
  });
});
