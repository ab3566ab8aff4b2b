import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { openStore } from '../../src/store/open.js';
import { artifactFolder } from '../../src/store/paths.js';
import { summarise } from '../../src/store/queries.js';
import { runToy, tablesOf } from './simulation.js';

const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url));
const KILLS = 5;

interface Run {
  readonly parallel: number;
  readonly candidates: number;
  /** Called while it searches; the process is killed so many milliseconds after what this returns, if anything. */
  readonly meanwhile?: () => number;
}

/** Runs the study in a process of its own. */
async function runChild(
  path: string,
  { parallel, candidates, meanwhile }: Run,
): Promise<'killed' | 'completed'> {
  const child = spawn(
    process.execPath,
    ['--import', 'jiti/register', CHILD, path, String(parallel), String(candidates)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (meanwhile !== undefined) {
    try {
      const delay = meanwhile();
      setTimeout(() => child.kill('SIGKILL'), delay);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }
  const [code, signal] = await ended;
  if (signal === 'SIGKILL') return 'killed';
  expect(code).toBe(0);
  return 'completed';
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voxolve-kill-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('a study in a process of its own', () => {
  it('killed by SIGKILL at random instants ends as an uninterrupted one', async () => {
    const path = join(folder, 'killed.db');
    const rng = rngOf('instants');
    let candidates = 150;
    for (let kills = 0; kills < KILLS;) {
      const parallel = 1 + rng.int(8);
      const end = await runChild(path, { parallel, candidates, meanwhile: () => rng.int(60) });
      if (end === 'killed') kills++;
      else candidates += 50;
    }
    expect(await runChild(path, { parallel: 3, candidates })).toBe('completed');

    const whole = openStore(join(folder, 'whole.db'), 'create');
    await runToy(whole, { candidates });
    const expected = tablesOf(whole);
    whole.close();
    const killed = openStore(path, 'read');
    expect(tablesOf(killed)).toEqual(expected);
    killed.close();
    expect(readdirSync(artifactFolder(path)).sort()).toEqual(
      readdirSync(artifactFolder(join(folder, 'whole.db'))).sort(),
    );
  });

  it('keeps other writers away, lets readers read, and leaves no lock when killed', async () => {
    const path = join(folder, 'busy.db');
    const meanwhile = (): number => {
      expect(() => openStore(path, 'write')).toThrow('another voxolve process is searching with it');
      const reader = openStore(path, 'read');
      expect(summarise(reader, 1).candidates.done).toBeGreaterThanOrEqual(0);
      reader.close();
      return 0;
    };
    expect(await runChild(path, { parallel: 2, candidates: 1_000_000, meanwhile })).toBe('killed');
    openStore(path, 'write').close();
  });
});
