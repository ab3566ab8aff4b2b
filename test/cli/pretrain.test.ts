/**
 * One architecture at full budget: killed and resumed, it ends as if nothing had happened.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startVoxolve, voxolve } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { needsPython, python, runPython } from '../support/python.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const experiment = writeExperiment(folder, {
  space: smallSpace,
  proxyTask: { name: 'rotation3d', options: { side: 12, foreground: 0 } },
  training: { steps: 60, batch: 2, evaluationBatches: 2, evaluateEvery: 10 },
});
const db = join(folder, 'search.db');
const reference = join(folder, 'reference');

const command = (output: string, ...more: string[]): string[] => [
  'pretrain',
  experiment,
  '--architecture',
  db,
  '--checkpoint-every',
  '7',
  '-o',
  output,
  ...more,
];
const read = (output: string, name: string): Buffer => readFileSync(join(output, name));

describe('pretraining one architecture', { timeout: 240_000 }, () => {
  it('exports the best encoder, writes curves, and removes its checkpoints', async () => {
    const searching = writeExperiment(folder, { space: smallSpace, candidates: 2 }, 'search.json');
    expect((await voxolveHere(['search', searching, '--db', db, '--workers', '1'], env)).code).toBe(0);
    const { code, stdout, stderr } = await voxolve(command(reference, '--json'), env);
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout) as { status: string; steps: number; best: { score: number } };
    expect(result).toMatchObject({
      status: 'done',
      steps: 60,
      stoppedEarly: false,
      metric: 'accuracy',
      chance: 0.1,
    });
    expect(readdirSync(reference).sort()).toEqual(['.lock', 'curves.json', 'encoder']);
    expect(readdirSync(join(reference, 'encoder'))).toContain('pretrain.py');
    const curves = JSON.parse(read(reference, 'curves.json').toString()) as {
      name: string;
      steps: number[];
      values: number[];
    }[];
    const validated = curves.find(({ name }) => name === 'validation/accuracy');
    expect(validated?.steps).toEqual([10, 20, 30, 40, 50, 60]);
    expect(result.best.score).toBe(Math.max(...(validated?.values ?? [])));
    expect(curves.find(({ name }) => name === 'train/loss')?.values.length).toBe(60);
    expect(stderr).toMatch(/step 60\/60: loss \d+\.\d+, held-out accuracy/);
  });

  it('gives the same weights and curves, bit for bit, after being killed three times', async () => {
    const output = join(folder, 'killed');
    const listing = join(output, 'checkpoint', 'checkpoint.json');
    const stepSaved = (): number =>
      existsSync(listing) ? (JSON.parse(readFileSync(listing, 'utf8')) as { step: number }).step : 0;
    for (let kill = 0; kill < 3; kill++) {
      const before = stepSaved();
      const { child, finished } = startVoxolve(command(output), env);
      while (child.exitCode === null && stepSaved() === before) await sleep(5);
      expect(child.exitCode, 'the run ended before it was killed').toBeNull();
      child.kill('SIGKILL');
      await finished;
    }
    expect(stepSaved()).toBeLessThan(60);
    const { code, stderr } = await voxolve(command(output), env);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/going on after step \d+/);
    expect(read(output, 'encoder/weights.safetensors')).toEqual(
      read(reference, 'encoder/weights.safetensors'),
    );
    expect(read(output, 'curves.json')).toEqual(read(reference, 'curves.json'));
  });

  it('does not depend on how often it saves', async () => {
    const output = join(folder, 'once');
    const args = command(output).map((arg) => (arg === '7' ? '1000' : arg));
    expect((await voxolveHere(args, env)).code).toBe(0);
    expect(read(output, 'encoder/weights.safetensors')).toEqual(
      read(reference, 'encoder/weights.safetensors'),
    );
  });

  it('takes the architecture.json of an export, or a genome', async () => {
    const exported = join(reference, 'encoder', 'architecture.json');
    const { origin } = JSON.parse(readFileSync(exported, 'utf8')) as { origin: { genome: object } };
    const genome = join(folder, 'genome.json');
    writeFileSync(genome, JSON.stringify(origin.genome));
    for (const [name, file] of [
      ['from-export', exported],
      ['from-genome', genome],
    ] as const) {
      const output = join(folder, name);
      const args = command(output).map((arg) => (arg === db ? file : arg));
      const { code, stderr } = await voxolveHere(args, env);
      expect(code, stderr).toBe(0);
      expect(read(output, 'encoder/weights.safetensors')).toEqual(
        read(reference, 'encoder/weights.safetensors'),
      );
    }
  });

  it('takes a published network by its name, whatever the space of the experiment', async () => {
    const output = join(folder, 'named');
    const args = command(output, '--steps', '2').map((arg) => (arg === db ? 'mc3-18' : arg));
    const { code, stderr } = await voxolveHere(args, env);
    expect(code, stderr).toBe(0);
    const written = JSON.parse(read(output, 'encoder/architecture.json').toString()) as {
      origin: { space: string };
    };
    expect(written.origin.space).toBe('video-resnet');
  });

  it('stops early where the score no longer improves, by counting validations', async () => {
    const stopping = writeExperiment(
      folder,
      {
        space: smallSpace,
        proxyTask: { name: 'rotation3d', options: { side: 12, foreground: 0 } },
        training: {
          steps: 60,
          batch: 2,
          learningRate: 1e-9,
          evaluationBatches: 2,
          evaluateEvery: 4,
          earlyStopping: { patience: 2 },
        },
      },
      'stopping.json',
    );
    const output = join(folder, 'stopped');
    const args = ['pretrain', stopping, '--architecture', db, '-o', output, '--json'];
    const { code, stdout, stderr } = await voxolveHere(args, env);
    expect(code, stderr).toBe(0);
    const { steps, stoppedEarly } = JSON.parse(stdout) as { steps: number; stoppedEarly: boolean };
    expect(stoppedEarly).toBe(true);
    expect(steps).toBeLessThan(40);
  });

  it('refuses in one line what it cannot use', async () => {
    const complaint = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await voxolveHere(['pretrain', experiment, ...args], env);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await complaint('--architecture', 'nowhere.json', '-o', join(folder, 'x'))).toMatch(
      /--architecture nowhere\.json: there is no such file, database or published network; name .* r3d-18/,
    );
    expect(await complaint('--architecture', `${db}:99`, '-o', join(folder, 'x'))).toMatch(
      /must be "winner" or the number of a candidate of tiny, got "99"/,
    );
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, '{"stem": 1}');
    expect(await complaint('--architecture', wrong, '-o', join(folder, 'x'))).toMatch(
      /wrong\.json: .*write a genome of the search space small/,
    );
    expect(await complaint('--architecture', db, '-o', reference)).toMatch(/holds a finished pretraining/);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('refuses a second process, and a checkpoint that is damaged or belongs to another pretraining', async () => {
    const output = join(folder, 'interrupted');
    const { child, finished } = startVoxolve(command(output), env);
    while (child.exitCode === null && !existsSync(join(output, 'checkpoint', 'checkpoint.json')))
      await sleep(5);
    // Held where it is: it would end before the second has begun.
    child.kill('SIGSTOP');
    const second = await voxolveHere(command(output), env);
    expect(second.stderr).toBe(
      `voxolve: ${output}: another voxolve process is pretraining into it; wait until it ends or stop it, or name another folder with -o\n`,
    );
    expect(second.code).toBe(1);
    child.kill('SIGKILL');
    await finished;
    const { code, stderr } = await voxolveHere(command(output, '--steps', '70'), env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is the checkpoint of another pretraining: training differs/);
    const copy = join(folder, 'damaged');
    cpSync(output, copy, { recursive: true });
    const state = readdirSync(join(copy, 'checkpoint')).find((name) => name.startsWith('state-')) ?? '';
    const bytes = readFileSync(join(copy, 'checkpoint', state));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(join(copy, 'checkpoint', state), bytes);
    expect((await voxolveHere(command(copy), env)).stderr).toMatch(/was altered: its content does not match/);
  });

  it.skipIf(python === undefined)(`exports code that gives voxolve's own features ${needsPython}`, () => {
    const printed = runPython(
      `import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, torch
from model import build
parity = np.load(sys.argv[1] + "/parity.npz")
with torch.no_grad():
    features = build()(torch.from_numpy(parity["input"])).numpy()
print(np.abs(features - parity["features"]).max() / np.abs(parity["features"]).max() < 1e-4)`,
      [join(reference, 'encoder')],
    );
    expect(printed.trim()).toBe('True');
  });
});
