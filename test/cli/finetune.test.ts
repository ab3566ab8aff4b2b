/**
 * Fine-tuning as a user runs it: what it prints, and that neither kills nor workers change a byte.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { said, startVoxolve, succeed, voxolve } from '../support/cli.js';
import { writeCohort } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);

function writeTask(name: string, task: object): string {
  writeFileSync(at(name), JSON.stringify(task));
  return at(name);
}

const command = (task: string, manifest: string, output: string, ...more: string[]): string[] => [
  'finetune',
  task,
  '--encoder',
  'none',
  '--manifest',
  manifest,
  '-o',
  output,
  ...more,
];

describe('voxolve finetune', { timeout: 120_000 }, () => {
  it('gives the same bytes after being killed twice, and with two workers', async () => {
    const manifest = writeCohort(folder, 'killed.csv', 200);
    const task = writeTask('long.json', { head: 'classes', hidden: 16, training: { steps: 1500 } });
    const reference = at('long-reference');
    const more = ['--folds', '2', '--checkpoint-every', '50'];
    await succeed(command(task, manifest, reference, ...more, '--workers', '1'));
    const output = at('long-killed');
    const saved = (): number => {
      const fits = join(output, 'fits');
      const names = existsSync(fits) ? readdirSync(fits) : [];
      return names
        .map((name) => join(fits, name, 'checkpoint', 'checkpoint.json'))
        .filter((path) => existsSync(path))
        .reduce((sum, path) => sum + (JSON.parse(readFileSync(path, 'utf8')) as { step: number }).step, 0);
    };
    for (let kill = 0; kill < 2; kill++) {
      const before = saved();
      const { child, finished } = startVoxolve(command(task, manifest, output, ...more, '--workers', '2'));
      while (child.exitCode === null && saved() <= before) await sleep(2);
      expect(child.exitCode, 'the run ended before it was killed').toBeNull();
      child.kill('SIGKILL');
      await finished;
    }
    expect(existsSync(join(output, 'predictions.csv'))).toBe(false);
    await succeed(command(task, manifest, output, ...more, '--workers', '2'));
    for (const name of ['predictions.csv', 'report.json', 'run.json'])
      expect(readFileSync(join(output, name), 'utf8')).toBe(readFileSync(join(reference, name), 'utf8'));
    expect(existsSync(join(output, 'fits', 'final', 'checkpoint'))).toBe(false);
  });

  it('prints the report as JSON, or its headline and where it lies', async () => {
    const manifest = writeCohort(folder, 'printed.csv', 30);
    const args = command(
      writeTask('printed.json', { head: 'classes' }),
      manifest,
      at('printed'),
      '--folds',
      '2',
    );
    const { stdout, stderr } = await succeed(args);
    expect(stderr).toContain('cohort: 30 rows of 30 patients');
    expect(stderr).toContain('fits: 3/3');
    expect(stdout).toMatch(/cross-validation: 30 rows, 30 patients\n.*auroc +0\.\d+ +0\.\d+ to /s);
    const again = await succeed([...args, '--json']);
    const { report } = JSON.parse(again.stdout) as { report: unknown };
    expect(report).toEqual(JSON.parse(readFileSync(at('printed', 'report.json'), 'utf8')));
  });

  it('ends in good order when it is interrupted, and goes on', async () => {
    const manifest = writeCohort(folder, 'interrupted.csv', 200);
    const task = writeTask('interrupted.json', { head: 'classes', training: { steps: 20_000 } });
    const args = command(task, manifest, at('interrupted'), '--folds', '2', '--checkpoint-every', '50');
    const { child, finished } = startVoxolve(args);
    await said(child, 'fits: 0/3');
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain('the same command goes on');
    expect(existsSync(at('interrupted', 'report.json'))).toBe(false);
  });

  it('says in a line what is wrong, and leaves nothing behind', async () => {
    const manifest = writeCohort(folder, 'wrong.csv', 30);
    const { code, stderr } = await voxolve(command(at('absent.json'), manifest, at('wrong')));
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `voxolve: ${at('absent.json')}: the task file does not exist; name the JSON file of a task`,
    );
    expect(existsSync(at('wrong'))).toBe(false);
  });
});
