/**
 * A federation simulated by the command: compared with the pooled run, killed and resumed, refused where it would leak.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startVoxolve } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const experimentOf = (norm: object, name: string): string =>
  writeExperiment(
    folder,
    {
      space: smallSpace,
      proxyTask: { name: 'rotation3d', options: { side: 12, foreground: 0 } },
      phantoms: { patients: 6, size: 24, seed: 1 },
      training: { steps: 4, batch: 2, evaluationBatches: 2, ...norm },
    },
    name,
  );
const experiment = experimentOf({ norm: 'group' }, 'group.json');
const batchNorm = experimentOf({}, 'batch.json');
const genome = join(folder, 'genome.json');
writeFileSync(genome, JSON.stringify({ widths: { first: 4, second: 6 }, activation: 'relu' }));

const sitesFile = (name: string, options: object): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(options));
  return path;
};
const plain = sitesFile('plain.json', { sites: 2, rounds: 12, localSteps: 3, lost: 0.1, evaluateEvery: 4 });
const command = (output: string, sites: string, from = experiment, ...more: string[]): string[] => [
  ...['pretrain', from, '--architecture', genome, '--federated', sites, '--checkpoint-every', '3'],
  ...['-o', output, ...more],
];
const read = (output: string, name: string): Buffer => readFileSync(join(output, name));

interface Told {
  readonly status: string;
  readonly scores: { readonly federated: number; readonly pooled: number };
  readonly traffic: {
    readonly parameters: number;
    readonly message: { readonly down: number; readonly up: number };
  };
  readonly privacy: { readonly epsilon: number; readonly noise: number } | null;
  readonly folders: readonly string[];
}

describe('pretraining on the scans of several sites', { timeout: 120_000 }, () => {
  const reference = join(folder, 'reference');

  it('writes an encoder, curves and a report that compares with training on all scans', async () => {
    const { code, stdout, stderr } = await voxolveHere(command(reference, plain, experiment, '--json'), env);
    expect(code, stderr).toBe(0);
    const told = JSON.parse(stdout) as Told;
    expect(readdirSync(reference).sort()).toEqual([
      '.lock',
      'curves.json',
      'encoder',
      'report.json',
      'report.md',
    ]);
    expect(told.privacy).toBeNull();
    const { parameters, message } = told.traffic;
    expect(message.up).toBeLessThanOrEqual(1.05 * 4 * parameters + 64_000);
    expect(message.up).toBeGreaterThan(4 * parameters);
    const curves = JSON.parse(read(reference, 'curves.json').toString()) as Record<
      'federated' | 'pooled',
      { name: string; steps: number[]; values: number[] }[]
    >;
    const federated = curves.federated.find(({ name }) => name === 'validation/accuracy');
    expect(federated?.steps).toEqual([4, 8, 12]);
    expect(federated?.values.at(-1)).toBe(told.scores.federated);
    const pooled = curves.pooled.find(({ name }) => name === 'validation/accuracy');
    expect(pooled?.steps).toEqual([12, 24, 36]);
    expect(pooled?.values.at(-1)).toBe(told.scores.pooled);
    const report = read(reference, 'report.md').toString();
    expect(report).toContain('| all scans together |');
    expect(report).toContain('No noise was added');
  });

  it('gives the same files, bit for bit, after being killed in both trainings', async () => {
    const output = join(folder, 'killed');
    const listing = (part: string): string => join(output, part, 'checkpoint.json');
    for (const part of ['checkpoint', join('pooled', 'checkpoint')]) {
      const { child, finished } = startVoxolve(command(output, plain), env);
      while (child.exitCode === null && !existsSync(listing(part))) await sleep(5);
      expect(child.exitCode, 'the run ended before it was killed').toBeNull();
      child.kill('SIGKILL');
      await finished;
    }
    const { code, stderr } = await voxolveHere(command(output, plain), env);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/going on after step \d+/);
    for (const name of ['curves.json', 'report.json', 'report.md', 'encoder/weights.safetensors'])
      expect(read(output, name).equals(read(reference, name)), name).toBe(true);
  });

  it('refuses a folder that is finished', async () => {
    const again = await voxolveHere(command(reference, plain), env);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/holds a finished pretraining/);
  });

  it('adds the noise that a bound on epsilon needs, and says what it costs', async () => {
    const sites = sitesFile('private.json', {
      ...{ sites: 2, rounds: 2, localSteps: 1, algorithm: 'fedprox', mu: 0.1 },
      ...{ clip: 1, epsilon: 8, pooled: false },
    });
    const { code, stdout, stderr } = await voxolveHere(
      command(join(folder, 'private'), sites, experiment, '--json'),
      env,
    );
    expect(code, stderr).toBe(0);
    const { privacy, scores } = JSON.parse(stdout) as Told;
    expect(privacy?.epsilon).toBeLessThanOrEqual(8);
    expect(privacy?.epsilon).toBeGreaterThan(7.5);
    expect(scores.pooled).toBeNull();
  });

  it('refuses batch norm that sites would share, and leaves it at the sites where asked to', async () => {
    const refused = await voxolveHere(command(join(folder, 'batch'), plain, batchNorm), env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      'voxolve: federated training: the network has batch norm, whose statistics of a site would leave it; set "norm": "group" in the experiment\'s training, or "normalisation": "local" in the file of sites\n',
    );
    expect(existsSync(join(folder, 'batch'))).toBe(false);
    const local = sitesFile('local.json', {
      sites: 2,
      rounds: 2,
      localSteps: 2,
      normalisation: 'local',
      pooled: false,
    });
    const { code, stdout, stderr } = await voxolveHere(
      command(join(folder, 'local'), local, batchNorm, '--json'),
      env,
    );
    expect(code, stderr).toBe(0);
    const { folders } = JSON.parse(stdout) as Told;
    expect(folders).toEqual(['site-1', 'site-2'].map((site) => join(folder, 'local', 'encoders', site)));
    const [first, second] = folders.map((one) => readFileSync(join(one, 'weights.safetensors')));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(false);
  });

  it('refuses in one line what it cannot use', async () => {
    const complaint = async (options: object, ...more: string[]): Promise<string> => {
      const sites = sitesFile('wrong.json', options);
      const { code, stderr } = await voxolveHere(command(join(folder, 'x'), sites, experiment, ...more), env);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await complaint({ sites: 2, round: 3 })).toMatch(
      /wrong\.json: unknown key "round"; did you mean "rounds"\?/,
    );
    expect(await complaint({ sites: 2, noise: 1 })).toMatch(
      /noise protects only what is clipped: set "clip"/,
    );
    expect(await complaint({ sites: 2, clip: 1, epsilon: 1e-9 })).toMatch(
      /no noise makes 20 rounds cost an epsilon of 1e-9/,
    );
    expect(await complaint({ sites: 9 })).toMatch(/"sites" is 9, but there are \d patients to train on/);
    expect(await complaint({ sites: 2 }, '--steps', '9')).toMatch(/federated.*steps|steps.*federated/);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});
