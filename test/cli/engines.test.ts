import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { voxolve } from '../support/cli.js';
import { lineageTables, temporaryFolder, writeExperiment } from '../support/tiny.js';
import { nativeInstalled } from '../support/tfjs.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const at = (name: string): string => join(folder, name);

/** Two small candidates, two steps each: plain JavaScript is slow. */
const experiment = writeExperiment(folder, {
  candidates: 2,
  lookahead: 2,
  training: { steps: 1, batch: 1, evaluationBatches: 1 },
  constraints: { macs: 1e6, params: 4e4 },
  trust: { share: 0 },
  winners: { candidates: 0 },
});

const search = (db: string, ...options: string[]) =>
  voxolve(['search', experiment, '--db', at(db), ...options], env);

const oneLine = /^voxolve: [^\n]+\n$/;

describe('a search with --engine tfjs', () => {
  const devices = nativeInstalled ? ['js', 'cpu'] : ['js'];

  it.each(devices)(
    'on %s ends well, and is the same search with two workers',
    async (device) => {
      const options = ['--engine', 'tfjs', '--device', device];
      const one = await search(`${device}-1.db`, ...options, '--workers', '1');
      expect(one.stderr).toMatch(`engine: tfjs on ${device} (as asked)`);
      expect(one.code).toBe(0);
      expect((await search(`${device}-2.db`, ...options, '--workers', '2')).code).toBe(0);
      const tables = lineageTables(at(`${device}-1.db`));
      expect(tables['evaluations']).toMatchObject([
        { engine: 'tfjs', device },
        { engine: 'tfjs', device },
      ]);
      expect(lineageTables(at(`${device}-2.db`))).toEqual(tables);
    },
    240_000,
  );
});

describe('an engine or device that is not there', () => {
  it('is refused in one line that says what to do', async () => {
    const missing = await search('missing.db', '--engine', 'onnx', '--device', 'js');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(oneLine);
    expect(missing.stderr).toMatch(
      /device "js" of engine onnx: is none of its devices, cpu, webgpu, cuda; choose/,
    );
  }, 60_000);

  it.skipIf(nativeInstalled)(
    'is refused with the package to install',
    async () => {
      const missing = await search('missing.db', '--engine', 'tfjs', '--device', 'cpu');
      expect(missing.code).toBe(1);
      expect(missing.stderr).toMatch(oneLine);
      expect(missing.stderr).toMatch(/npm install @tensorflow\/tfjs-node/);
    },
    60_000,
  );
});

describe('--memory', () => {
  it('is refused in one line where it is no amount', async () => {
    const refused = await search('memory.db', '--memory', '-5');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(oneLine);
    expect(refused.stderr).toMatch(/--memory: must be a positive number of MiB, got -5/);
  }, 60_000);
});

describe('voxolve doctor', () => {
  it("names each engine and device, usable or not, in words, and keeps the runtimes' own for programs", async () => {
    const { stdout } = await voxolve(['doctor', '--json'], env);
    const { engines } = JSON.parse(stdout) as {
      engines: { name: string; devices: { device: string; usable: boolean; reason: string }[] }[];
    };
    expect(engines.map(({ name, devices }) => [name, devices.map(({ device }) => device)])).toEqual([
      ['onnx', ['cpu', 'webgpu', 'cuda']],
      ['tfjs', ['gpu', 'cpu', 'js']],
      ['torch', ['cuda', 'mps', 'cpu']],
    ]);
    for (const { devices } of engines) {
      for (const { reason } of devices) expect(reason).toMatch(/^[^\n]*\w+ \w+[^\n]*$/);
    }
    const text = (await voxolve(['doctor'], env)).stdout;
    expect(text).toMatch(/^GPUs: .+$/m);
    expect(text).not.toMatch(/\.cc:|onnxruntime::|dlerror|stack/);
  }, 120_000);
});
