import { describe, expect, it, vi } from 'vitest';
import { workerCount } from '../../src/cli/run-search.js';

function counted(
  asked: number | undefined,
  experiment: { lookahead: number; threads: number },
  cores: number,
) {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const workers = workerCount(asked, experiment, cores);
    return { workers, note: said.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    said.mockRestore();
  }
}

describe('how many workers run', () => {
  it.each([
    [16, 32, 1, 16],
    [16, 64, 4, 4],
    [1, 8, 1, 1],
    [2, 8, 1, 2],
    [4, 64, 8, 1],
  ])('on %i cores, with a lookahead of %i and %i threads each: %i', (cores, lookahead, threads, workers) => {
    expect(counted(undefined, { lookahead, threads }, cores)).toEqual({ workers, note: '' });
  });

  it('is half the lookahead where the cores would carry more, which is said', () => {
    const { workers, note } = counted(undefined, { lookahead: 8, threads: 1 }, 16);
    expect(workers).toBe(4);
    expect(note).toContain('4 workers on 16 cores');
    expect(note).toContain('"lookahead" of 32');
  });

  it('is what was asked, up to the lookahead', () => {
    expect(counted(3, { lookahead: 8, threads: 1 }, 16)).toEqual({ workers: 3, note: '' });
    expect(counted(9, { lookahead: 8, threads: 1 }, 16).workers).toBe(8);
    expect(() => workerCount(0, { lookahead: 8, threads: 1 })).toThrow(
      '--workers: must be a positive integer',
    );
  });
});
