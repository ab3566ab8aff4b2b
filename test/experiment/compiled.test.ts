import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { remembered } from '../../src/experiment/plugins/compiled.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const entries = (): string[] => readdirSync(join(folder, 'compiled'));
afterEach(() => vi.unstubAllEnvs());

describe('what compiling a file gave', () => {
  it('is kept for the same source alone, and made anew where it is damaged', () => {
    vi.stubEnv('VOXOLVE_CACHE', folder);
    const make = vi.fn(() => 'code\nof two lines');
    expect(remembered('code', { source: 'a' }, make)).toBe('code\nof two lines');
    expect(remembered('code', { source: 'a' }, make)).toBe('code\nof two lines');
    expect(make).toHaveBeenCalledTimes(1);
    const [entry = ''] = entries();
    remembered('code', { source: 'b' }, make);
    remembered('imports', { source: 'a' }, make);
    expect(make).toHaveBeenCalledTimes(3);
    expect(entries()).toHaveLength(3);
    writeFileSync(join(folder, 'compiled', entry), 'half');
    expect(remembered('code', { source: 'a' }, make)).toBe('code\nof two lines');
    expect(make).toHaveBeenCalledTimes(4);
  });

  it('is made each time where nothing can be written', () => {
    vi.stubEnv('VOXOLVE_CACHE', '/dev/null');
    expect(remembered('code', 'a', () => 'made')).toBe('made');
  });
});
