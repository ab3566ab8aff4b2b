import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/core/package-files.js';

describe('files of the package', () => {
  it('are found from sources', () => {
    const { name } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { name: string };
    expect(name).toBe('voxolve');
    expect(packageFile('python/heads.py')).toEqual(new URL('../../python/heads.py', import.meta.url));
  });

  it('are found from compiled code, which lies deeper', async () => {
    const compiled = new URL('../../dist/src/core/package-files.js', import.meta.url).href;
    const module = (await import(compiled)) as { packageFile: typeof packageFile };
    expect(module.packageFile('python/heads.py')).toEqual(packageFile('python/heads.py'));
  });

  it('need not exist', () => {
    expect(existsSync(packageFile('no/such/file'))).toBe(false);
  });
});
