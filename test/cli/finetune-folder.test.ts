/**
 * The folder of a fine-tuning: one process at a time, ended by Ctrl-C or by a full disk in good order, gone on with to the same
 * bytes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { startVoxolve, succeed, voxolve } from '../support/cli.js';
import { writeCohort } from '../support/outcomes.js';
import { hashesOf, stepsSaved } from '../support/run-files.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const manifest = writeCohort(folder, 'cohort.csv', 60);
writeFileSync(at('task.json'), JSON.stringify({ head: 'classes', hidden: 16, training: { steps: 1500 } }));
const command = (output: string): string[] => [
  ...['finetune', at('task.json'), '--encoder', 'none', '--manifest', manifest, '-o', output],
  ...['--folds', '2', '--checkpoint-every', '20', '--workers', '2'],
];
const reference = at('reference');
const unfinished = (run: string): string[] =>
  Object.keys(hashesOf(run)).filter((name) => name.includes('.unfinished'));

async function untilSaved(output: string, child: { readonly exitCode: number | null }): Promise<void> {
  while (child.exitCode === null && stepsSaved(output) === 0) await sleep(2);
}

describe('the folder of a fine-tuning', { timeout: 120_000 }, () => {
  beforeAll(() => succeed(command(reference)), 120_000);

  it('is refused in one line to a second process, and Ctrl-C ends the first, which leaves nothing half-written', async () => {
    const output = at('held');
    const { child, finished } = startVoxolve(command(output));
    await untilSaved(output, child);
    // Held where it is: it would end before the second process has begun.
    child.kill('SIGSTOP');
    const second = await voxolve(command(output));
    expect([child.exitCode, second.code]).toEqual([null, 1]);
    expect(second.stderr.trim().split('\n')).toEqual([
      `voxolve: ${output}: another voxolve process is fine-tuning into it; wait until it ends or stop it, or name another folder with -o`,
    ]);
    child.kill('SIGINT');
    child.kill('SIGCONT');
    const { code, stderr, stdout } = await finished;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      'stopping; the same command goes on (press Ctrl-C again to leave at once)',
    );
    expect(unfinished(output)).toEqual([]);
    expect(existsSync(join(output, 'report.json'))).toBe(false);
    await succeed(command(output));
    expect(hashesOf(output)).toEqual(hashesOf(reference));
  });

  const disk = at('disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=56k', 'tmpfs', disk]).status === 0;
  it.skipIf(!mounted)(
    'on a full disk ends in one line, and goes on once there is space (needs the right to mount)',
    async () => {
      const output = join(disk, 'run');
      try {
        const { code, stderr } = await voxolve(command(output));
        expect(code).toBe(1);
        const lines = stderr.split('\n').filter((line) => line.startsWith('voxolve: '));
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(
          /disk\/run.*: cannot be written to \(ENOSPC: .*\); free space on its disk, then repeat the command, which goes on$/,
        );
        expect(stderr).not.toContain('    at ');
        expect(unfinished(output)).toEqual([]);
        expect(spawnSync('mount', ['-o', 'remount,size=8m', disk]).status).toBe(0);
        await succeed(command(output));
        expect(hashesOf(output)).toEqual(hashesOf(reference));
      } finally {
        spawnSync('umount', [disk]);
      }
    },
  );
});
