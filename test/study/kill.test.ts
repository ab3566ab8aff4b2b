import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { openStore } from '../../src/store/open.js';
import { artifactFolder } from '../../src/store/paths.js';
import { runToy, tablesOf } from './simulation.js';

const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url));
const KILLS = 10;

/** Runs the study in a process of its own; kills it some milliseconds after it began to search, if asked to. */
async function runChild(path: string, parallel: number, killAfter?: number): Promise<'killed' | 'completed'> {
  const child = spawn(process.execPath, ['--import', 'jiti/register', CHILD, path, String(parallel)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [code, signal] = await ended;
  if (signal === 'SIGKILL') return 'killed';
  expect(code).toBe(0);
  return 'completed';
}

it('a study killed by SIGKILL at random instants ends as an uninterrupted one, and frees its lock', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-kill-'));
  try {
    const whole = openStore(join(folder, 'whole.db'), 'create');
    await runToy(whole, { candidates: 150 });
    const expected = tablesOf(whole);
    whole.close();

    const path = join(folder, 'killed.db');
    const rng = rngOf('instants');
    let kills = 0;
    while (kills < KILLS && (await runChild(path, 1 + rng.int(8), rng.int(60))) === 'killed') kills++;
    expect(kills).toBe(KILLS);
    expect(await runChild(path, 3)).toBe('completed');

    const killed = openStore(path, 'read');
    expect(tablesOf(killed)).toEqual(expected);
    killed.close();
    expect(readdirSync(artifactFolder(path)).sort()).toEqual(
      readdirSync(artifactFolder(join(folder, 'whole.db'))).sort(),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
