import { describe, expect, it } from 'vitest';
import { groupLooks, labelsOf, type Look } from '../../../src/scans/formats/looks.js';

const look = (exact: string, words: Look['words']): Look => ({ exact, measured: [], words });

describe('the scans of one series', () => {
  it('are named by the words that they do not share', () => {
    const groups = groupLooks([
      look('a', { size: '9 × 9', echo: 'echo 5 ms' }),
      look('b', { size: '9 × 9', echo: 'echo 9 ms' }),
    ]);
    expect(labelsOf(groups)).toEqual(['echo 5 ms', 'echo 9 ms']);
  });

  it('are numbered where no word tells them apart', () => {
    const groups = groupLooks([look('a', { size: '9 × 9' }), look('b', { size: '9 × 9' })]);
    expect(labelsOf(groups)).toEqual(['1 of 2', '2 of 2']);
  });
});
