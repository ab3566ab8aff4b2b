/**
 * Every proxy task drives a search from the command line.
 */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { small } from '../proxy-tasks/support.js';
import { voxolveHere } from '../support/cli-here.js';
import { temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
vi.stubEnv('VOXOLVE_CACHE', join(folder, 'cache'));
vi.stubEnv('VOXOLVE_PYTHON', '');

interface Status {
  readonly best: { readonly score: number } | null;
}

describe('a search', { timeout: 120_000 }, () => {
  it.each(Object.keys(proxyTasks))('runs with %s, and says that the task was not audited', async (name) => {
    const proxyTask = { name, options: small[name] };
    const winners = { candidates: 0 };
    const experiment = writeExperiment(folder, { candidates: 1, winners, proxyTask }, `${name}.json`);
    const db = join(folder, `${name}.db`);
    const args = ['search', experiment, '--db', db, '--workers', '1', '--json'];
    const { code, stdout, stderr } = await voxolveHere(args);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${name} is not audited with these options on these scans`);
    const status = JSON.parse(stdout) as Status;
    expect(Number.isFinite(status.best?.score)).toBe(true);
  });

  it('is refused where an option of its task is wrong, with the valid range, and writes nothing', async () => {
    const proxyTask = { name: 'mae3d', options: { ratio: 2 } };
    const experiment = writeExperiment(folder, { proxyTask }, 'wrong.json');
    const { code, stderr } = await voxolveHere(['search', experiment, '--db', join(folder, 'wrong.db')]);
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(/^[^\n]*"ratio" is 2[^\n]*from 0\.05 to 0\.95[^\n]*$/);
  });
});
