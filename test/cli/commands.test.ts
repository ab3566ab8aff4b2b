/**
 * What the commands say of a finished search: names that others script against, and exports that hold.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { voxolve, type Finished } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { needsPython, python, runPython } from '../support/python.js';
import { temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const db = join(folder, 'tiny.db');
const at = (...names: string[]): string => join(folder, ...names);

async function output(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await voxolveHere(args, env);
  expect(code, stderr).toBe(0);
  return stdout;
}

const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await output(...args, '--json')) as T;

interface Status {
  readonly candidates: { readonly done: number; readonly failed: number };
  readonly best: { readonly number: number; readonly score: number };
  readonly winner: { readonly number: number };
  readonly chance: number;
}

/** A float32 array out of a parity.npz. */
function array(npz: Uint8Array, name: string): { shape: number[]; data: Float32Array } {
  const npy = unzipSync(npz)[`${name}.npy`];
  if (npy === undefined) throw new Error(`no array ${name}`);
  const length = new DataView(npy.buffer, npy.byteOffset).getUint16(8, true);
  const header = Buffer.from(npy.subarray(10, 10 + length)).toString();
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(Number);
  return { shape, data: new Float32Array(npy.slice(10 + length).buffer) };
}

let ended: Finished;

beforeAll(async () => {
  ended = await voxolve(
    ['search', writeExperiment(folder, { candidates: 8 }), '--db', db, '--workers', '2'],
    env,
  );
  expect(ended.code, ended.stderr).toBe(0);
}, 120_000);

describe('the commands', { timeout: 120_000 }, () => {
  it('report the state under the pinned names', async () => {
    const status = await json<Status>('status', db);
    expect(status.candidates.done).toBe(8);
    expect(status.candidates.failed).toBe(0);
    expect(status.best.score).toBeGreaterThanOrEqual(0);
    expect(status.chance).toBe(1 / 8);
    expect(await output('status', db)).toContain(`highest score: candidate ${status.best.number}`);
  });

  it('call a candidate the winner once it was trained again, and none the best', async () => {
    const { winner } = await json<Status>('status', db);
    const text = await output('status', db);
    expect(text).toContain(`winner: candidate ${winner.number}, with the highest mean`);
    expect(`${ended.stdout}${ended.stderr}${text}`).not.toMatch(/\bbest\b/);
    expect(ended.stdout).toContain(`ancestry of candidate ${winner.number}, the winner:`);
    expect(ended.stderr).toContain('training the highest scores again from scratch, to find the winner');
    const own = await output('lineage', db);
    expect(
      own
        .trim()
        .split('\n')
        .findLast((line) => line.startsWith('candidate')),
    ).toMatch(new RegExp(`^candidate ${winner.number} `));
    const files = await json<{ candidate: number }>(
      'export',
      db,
      '--to',
      'onnx',
      '-o',
      join(folder, 'winner'),
    );
    expect(files.candidate).toBe(winner.number);
    for (const word of ['winner', 'best']) {
      const out = join(folder, `by-${word}`);
      expect(
        (await json<{ candidate: number }>('export', db, '--candidate', word, '--to', 'onnx', '-o', out))
          .candidate,
      ).toBe(winner.number);
    }
  });

  it('show the lineage of the winner and of any other candidate', async () => {
    const { winner } = await json<Status>('status', db);
    const line = await json<
      { number: number; parent: number | null; mutations: unknown[]; gain: number | null }[]
    >('lineage', db, '7');
    expect(line.at(-1)?.number).toBe(7);
    line.slice(1).forEach((ancestor, i) => {
      expect(ancestor.parent).toBe(line[i]?.number);
      expect(ancestor.mutations.length).toBeGreaterThan(0);
      expect(typeof ancestor.gain).toBe('number');
    });
    expect(await output('lineage', db)).toContain(`candidate ${winner.number}`);
  });

  it('list engines and devices, usable or not, with reasons', async () => {
    const { engines, cache } = await json<{
      cache: { directory: string; scans: number; mib: number };
      engines: { name: string; devices: { device: string; usable: boolean; reason: string }[] }[];
    }>('doctor');
    const onnx = engines.find(({ name }) => name === 'onnx');
    expect(onnx?.devices.find(({ device }) => device === 'cpu')?.usable).toBe(true);
    for (const { reason } of onnx?.devices ?? []) expect(reason).toMatch(/\w+ \w+/);
    expect(cache.scans).toBeGreaterThanOrEqual(4);
  });

  it('describe the scans of a folder under the pinned names', async () => {
    const { series, skipped } = await json<{ series: Record<string, unknown>[]; skipped: unknown[] }>(
      'scans',
      at('tiny.phantoms'),
    );
    expect(series).toHaveLength(4);
    expect(skipped).toEqual([]);
    expect(series[0]).toMatchObject({
      path: 'phantom-00.nii.gz',
      size: [24, 24, 24],
      frames: 1,
      problem: null,
    });
    expect(await output('scans', at('tiny.phantoms'))).toContain('4 scans, 0 with a problem, 0 unreadable');
  });

  it('export an ONNX encoder that gives the recorded features, for any batch size', async () => {
    await output('export', db, '--to', 'onnx', '-o', at('onnx'));
    const npz = readFileSync(at('onnx', 'parity.npz'));
    const input = array(npz, 'input');
    const features = array(npz, 'features');
    const session = await InferenceSession.create(at('onnx', 'encoder.onnx'));
    const [name = ''] = session.outputNames;
    const run = async (data: Float32Array, shape: number[]): Promise<Float32Array> =>
      (await session.run({ input: new Tensor('float32', data, shape) }))[name]?.data as Float32Array;
    const scale = Math.max(...features.data.map(Math.abs));
    const error = (a: Float32Array, b: Float32Array): number =>
      Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)))) / scale;
    expect(error(await run(input.data, input.shape), features.data)).toBeLessThan(1e-5);
    const one = await run(input.data.slice(0, input.data.length / 2), [1, ...input.shape.slice(1)]);
    expect(error(one, features.data.slice(0, features.data.length / 2))).toBeLessThan(1e-5);
    await session.release();
  });

  it('export a folder of PyTorch code, whole', async () => {
    const { files } = await json<{ files: string[] }>('export', db, '--to', 'pytorch', '-o', at('pytorch'));
    const expected = [
      'README.md',
      'architecture.json',
      'model.py',
      'parity.npz',
      'pretrain.py',
      'requirements.txt',
    ];
    expect(files).toEqual(expect.arrayContaining([...expected, 'task.py', 'weights.safetensors']));
    expect(readdirSync(at('pytorch')).sort()).toEqual(files);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(existsSync(at('pytorch', 'model.py'))).toBe(true);
  });

  it.skipIf(python === undefined)(
    `export PyTorch code that gives the recorded features ${needsPython}`,
    async () => {
      await output('export', db, '--to', 'pytorch', '-o', at('parity'));
      const script = `
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np, torch
from model import build
parity = np.load(sys.argv[1] + '/parity.npz')
with torch.no_grad():
    features = build()(torch.from_numpy(parity['input'])).numpy()
assert features.shape == parity['features'].shape
print(np.abs(features - parity['features']).max() / np.abs(parity['features']).max())`;
      expect(Number(runPython(script, [at('parity')]))).toBeLessThan(1e-4);
    },
  );
});
