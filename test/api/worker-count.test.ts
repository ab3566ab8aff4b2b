import { describe, expect, it } from 'vitest';
import { workerCount } from '../../src/api/searching/worker-count.js';
import { workersText } from '../../src/cli/views/event-text.js';

type Arguments = Parameters<typeof workerCount>;
const told = (...asked: Arguments): { workers: number; remark: string | null } => {
  const count = workerCount(...asked);
  return { workers: count.workers, remark: workersText(count) };
};

describe('how many workers run', () => {
  it.each([
    [16, 32, 1, 16],
    [16, 64, 4, 4],
    [1, 8, 1, 1],
    [2, 8, 1, 2],
    [4, 64, 8, 1],
  ])('on %i cores, with a lookahead of %i and %i threads each: %i', (cores, lookahead, threads, workers) => {
    expect(told(undefined, { lookahead, threads }, cores)).toEqual({ workers, remark: null });
  });

  it('is half the lookahead where the cores would carry more, which is said', () => {
    const { workers, remark } = told(undefined, { lookahead: 8, threads: 1 }, 16);
    expect(workers).toBe(4);
    expect(remark).toContain('4 workers on 16 cores');
    expect(remark).toContain('"lookahead" of 32');
  });

  it('is what was asked, up to the lookahead', () => {
    expect(told(3, { lookahead: 8, threads: 1 }, 16)).toEqual({ workers: 3, remark: null });
    expect(told(9, { lookahead: 8, threads: 1 }, 16)).toEqual({
      workers: 8,
      remark: "using 8 workers instead of 9: the experiment's lookahead is 8",
    });
    expect(() => workerCount(0, { lookahead: 8, threads: 1 })).toThrow(
      '--workers: must be a positive integer',
    );
  });
});
