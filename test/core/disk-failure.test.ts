import { describe, expect, it } from 'vitest';
import { diskFailure } from '../../src/core/disk-failure.js';
import { UserError } from '../../src/core/errors.js';

const failed = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: it failed`), { code, ...(path !== undefined && { path }) });

describe('a failure to write below a folder', () => {
  it.each([
    ['ENOSPC', 'free space on its disk'],
    ['EDQUOT', 'free space on its disk'],
    ['EFBIG', 'ulimit -f'],
    ['EACCES', 'make the folder writable'],
    ['EIO', 'check its disk'],
  ])('%s says what to do', (code, fix) => {
    const told = diskFailure('/runs/a', failed(code, '/runs/a/fits/final'));
    expect(told).toBeInstanceOf(UserError);
    expect(String(told)).toContain(`/runs/a: cannot be written to (${code}: it failed)`);
    expect(String(told)).toContain(fix);
  });

  it('is known without a path where only writing fails so', () => {
    expect(diskFailure('/runs/a', failed('ENOSPC'))).toBeInstanceOf(UserError);
    expect(diskFailure('/runs/a', failed('EACCES'))).not.toBeInstanceOf(UserError);
  });

  it('is not what fails elsewhere, in another way, or without a code', () => {
    for (const error of [
      failed('EACCES', '/scans/a.nii'),
      failed('EACCES', '/runs/ab/fits'),
      failed('ENOENT', '/runs/a/x'),
      new Error('no code'),
    ])
      expect(diskFailure('/runs/a', error)).toBe(error);
  });
});
