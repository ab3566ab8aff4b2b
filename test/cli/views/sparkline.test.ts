import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../src/cli/views/sparkline.js';

describe('a sparkline', () => {
  it('runs from the lowest to the highest value', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([3, -1], 8)).toBe('█▁');
  });

  it('shows longer curves whole, by means of equal stretches', () => {
    const rising = Array.from({ length: 1000 }, (_, i) => i);
    expect(sparkline(rising, 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([...rising, 5, 5, 5], 13)).toHaveLength(13);
  });

  it('is level where nothing changes, and leaves gaps where values are not finite', () => {
    expect(sparkline([2, 2, 2], 8)).toBe('▅▅▅');
    expect(sparkline([0, NaN, 1], 8)).toBe('▁ █');
    expect(sparkline([], 8)).toBe('');
  });
});
