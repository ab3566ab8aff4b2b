/**
 * `voxolve audit` from the command line.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { voxolve } from '../support/cli.js';
import { temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };

interface Printed {
  readonly passed: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly figure: number;
    readonly ci95: readonly [number, number];
    readonly limit: number;
    readonly passed: boolean;
  }[];
}

const audited = async (gap: number, jitter: number) => {
  const experiment = writeExperiment(
    folder,
    {
      proxyTask: { name: 'jigsaw3d', options: { patch: 7, gap, jitter, permutations: 8, foreground: 0 } },
      phantoms: { patients: 6, size: 24, seed: 1 },
      training: { steps: 4, batch: 4, evaluationBatches: 10 },
    },
    `gap-${gap}.json`,
  );
  const args = ['audit', experiment, '--steps', '10', '--questions', '100', '--json'];
  const { code, stdout, stderr } = await voxolve(args, env);
  return { code, stderr, printed: JSON.parse(stdout) as Printed };
};

describe('an audit', { timeout: 240_000 }, () => {
  it('lists its checks with figure, interval, limit and verdict, and exits 1 where one fails', async () => {
    const { code, printed } = await audited(0.2, 1);
    expect(printed.checks.map(({ name }) => name)).toEqual([
      'unseen patients',
      'null: noise, statistics',
      'null: smooth noise, statistics',
      'null: constant, statistics',
      'null: shuffled, statistics',
      'planted leak is caught',
      'weak statistics',
      'null: noise, network',
      'null: shuffled, network',
      'border against interior',
    ]);
    for (const { figure, ci95, limit, passed } of printed.checks) {
      expect([figure, ...ci95, limit].every(Number.isFinite)).toBe(true);
      expect(ci95[0]).toBeLessThanOrEqual(ci95[1]);
      expect(typeof passed).toBe('boolean');
    }
    expect(printed.passed).toBe(printed.checks.every(({ passed }) => passed));
    expect(code).toBe(printed.passed ? 0 : 1);
    const verdict = (name: string) => printed.checks.find((check) => check.name === name)?.passed;
    expect(verdict('unseen patients')).toBe(true);
    expect(verdict('planted leak is caught')).toBe(true);
    expect(verdict('null: smooth noise, statistics')).toBe(true);
  });

  it('fails a puzzle whose pieces touch', async () => {
    const { code, printed } = await audited(0, 0);
    expect(code).toBe(1);
    const failed = printed.checks.filter(({ passed }) => !passed).map(({ name }) => name);
    expect(failed).toContain('null: smooth noise, statistics');
  });
});
