import { describe, expect, it } from 'vitest';
import { workerCount } from '../../src/api/searching/run-search.js';

describe('how many workers run', () => {
  it.each([
    [16, 32, 1, 16],
    [16, 64, 4, 4],
    [1, 8, 1, 1],
    [2, 8, 1, 2],
    [4, 64, 8, 1],
  ])('on %i cores, with a lookahead of %i and %i threads each: %i', (cores, lookahead, threads, workers) => {
    expect(workerCount(undefined, { lookahead, threads }, cores)).toEqual({ workers, remark: null });
  });

  it('is half the lookahead where the cores would carry more, which is said', () => {
    const { workers, remark } = workerCount(undefined, { lookahead: 8, threads: 1 }, 16);
    expect(workers).toBe(4);
    expect(remark).toContain('4 workers on 16 cores');
    expect(remark).toContain('"lookahead" of 32');
  });

  it('is what was asked, up to the lookahead', () => {
    expect(workerCount(3, { lookahead: 8, threads: 1 }, 16)).toEqual({ workers: 3, remark: null });
    expect(workerCount(9, { lookahead: 8, threads: 1 }, 16)).toEqual({
      workers: 8,
      remark: "using 8 workers instead of 9: the experiment's lookahead is 8",
    });
    expect(() => workerCount(0, { lookahead: 8, threads: 1 })).toThrow(
      '--workers: must be a positive integer',
    );
  });
});
