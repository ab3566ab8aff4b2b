/** What was measured is measured again only where a quiet machine asks for what a busy one measured. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { storedOr } from '../../src/calibration/stored-calibration.js';

const FILE = 'figures.json';

let cache: string;
let measured: number;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'voxolve-stored-'));
  vi.stubEnv('VOXOLVE_CACHE', cache);
  measured = 0;
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const ask = (bearing: string, busy?: boolean): Promise<number> =>
  storedOr(FILE, z.number(), bearing, () => Promise.resolve(++measured), busy);

describe('a stored measurement', () => {
  it('is made once for what bears on it', async () => {
    expect(await ask('a')).toBe(1);
    expect(await ask('b')).toBe(2);
    expect(await ask('a')).toBe(1);
  });

  it('of a busy machine counts until a quiet one asks', async () => {
    expect(await ask('a', true)).toBe(1);
    expect(await ask('a', true)).toBe(1);
    expect(await ask('a', false)).toBe(2);
    expect(await ask('a', true)).toBe(2);
  });

  it('of a quiet machine counts on a busy one', async () => {
    expect(await ask('a', false)).toBe(1);
    expect(await ask('a', true)).toBe(1);
  });

  it('is made again where its file is damaged', async () => {
    expect(await ask('a')).toBe(1);
    writeFileSync(join(cache, FILE), '{');
    expect(await ask('a')).toBe(2);
  });
});
