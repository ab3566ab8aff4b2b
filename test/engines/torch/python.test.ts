/** Engine torch where something is missing, and where its process ends: one line each. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/calibration/engine-choice.js';
import { torchEngine } from '../../../src/engines/torch/index.js';
import { sharedPython, startPython } from '../../../src/engines/torch/python.js';
import { needsPython, python } from '../../support/python.js';
import { batches, initialWeights, smallProgram, stepsOf } from '../../../bench/ops/small-network.js';
import { temporaryFolder } from '../../support/tiny.js';
import { torchInstalled } from '../../support/torch.js';

const folder = temporaryFolder();
const named = process.env['VOXOLVE_PYTHON'];
const least = process.env['VOXOLVE_TORCH_LEAST'];

afterEach(() => {
  restore('VOXOLVE_PYTHON', named);
  restore('VOXOLVE_TORCH_LEAST', least);
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** A command that runs a shell script in place of a Python. */
function standIn(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What `doctor` says of the engine's devices, which is the same for each where there is no PyTorch. */
async function reason(): Promise<string> {
  const reports = await torchEngine.probe();
  expect(reports.map(({ device, usable }) => [device, usable])).toEqual([
    ['cuda', false],
    ['mps', false],
    ['cpu', false],
  ]);
  expect(new Set(reports.map((report) => report.reason)).size).toBe(1);
  expect(reports[0]?.reason).not.toContain('\n');
  return reports[0]?.reason ?? '';
}

describe('engine torch says in one line what is missing:', () => {
  it('no Python of that name', async () => {
    process.env['VOXOLVE_PYTHON'] = join(folder, 'none');
    expect(await reason()).toMatch(/needs a Python, and there is none named .*none; install PyTorch/);
  });

  it('no Python, since VOXOLVE_PYTHON is empty', async () => {
    process.env['VOXOLVE_PYTHON'] = '';
    expect(await reason()).toMatch(/VOXOLVE_PYTHON is empty/);
  });

  it('a command that is no Python', async () => {
    process.env['VOXOLVE_PYTHON'] = standIn('fails', 'echo "cannot run" >&2; exit 3');
    expect(await reason()).toMatch(/ended with exit code 3: cannot run; install/);
  });

  it.skipIf(python === undefined)(`a Python without PyTorch ${needsPython}`, async () => {
    process.env['VOXOLVE_PYTHON'] = standIn('bare', `exec "${named}" -S -E "$@"`);
    expect(await reason()).toMatch(/needs PyTorch [\d.]+ or later, and .*bare has none/);
  });

  it.skipIf(!torchInstalled)('a PyTorch that is too old', async () => {
    process.env['VOXOLVE_TORCH_LEAST'] = '99.0';
    expect(await reason()).toMatch(/needs PyTorch 99\.0 or later, and .* has \d+\.\d+/);
  });

  it('where a search asks for it', async () => {
    process.env['VOXOLVE_PYTHON'] = join(folder, 'none');
    await expect(chooseEngine({ engine: 'torch', device: 'cpu' })).rejects.toThrow(
      /^device "cpu" of engine torch: cannot be used here: cpu: needs a Python[^\n]*$/,
    );
  });
});

describe.skipIf(!torchInstalled)('engine torch', () => {
  async function opened() {
    const session = await torchEngine.open(smallProgram(), { device: 'cpu', threads: 1 });
    session.load({ weights: initialWeights(smallProgram().train) });
    return session;
  }
  const step = async (session: Awaited<ReturnType<typeof opened>>) =>
    session.train(stepsOf(batches(1), 0, 1), new Float32Array([0.01]));

  it('runs all sessions in one process, which is started once', async () => {
    const [one, other] = [await opened(), await opened()];
    const { pid } = await sharedPython();
    expect(await step(one)).toEqual(await step(other));
    expect((await sharedPython()).pid).toBe(pid);
    await one.dispose();
    await other.dispose();
  });

  it('says that its process died, and starts another one for the next session', async () => {
    const session = await opened();
    await step(session);
    const dead = await sharedPython();
    const lost = step(session);
    dead.kill();
    await expect(lost).rejects.toThrow(
      /^the Python process of engine torch ended with signal SIGKILL[^\n]*$/,
    );
    await session.dispose();
    const next = await opened();
    expect((await sharedPython()).pid).not.toBe(dead.pid);
    expect((await step(next)).curves['loss']?.[0]).toBeGreaterThan(0);
    await next.dispose();
  });

  it('that is killed while it starts is a failure of the machine, not the user', async () => {
    process.env['VOXOLVE_PYTHON'] = standIn('killed', 'kill -9 $$');
    await expect(startPython()).rejects.toThrow(
      /^the Python process of engine torch ended with signal SIGKILL$/,
    );
    expect(await reason()).toMatch(/ended with signal SIGKILL; try again/);
  });

  it('says what PyTorch complains about, and goes on', async () => {
    const child = await sharedPython();
    await expect(child.request({ kind: 'nonsense', session: 10_000 })).rejects.toThrow(/^PyTorch: KeyError/);
    const session = await opened();
    expect((await step(session)).curves['loss']?.length).toBe(1);
    await session.dispose();
  });

  it('refuses to be used without weights', async () => {
    const session = await torchEngine.open(smallProgram(), { device: 'cpu', threads: 1 });
    await expect(step(session)).rejects.toThrow(/load weights before/);
    await session.dispose();
  });

  it('reports a device that is not there as unusable, in words', async () => {
    const reports = await torchEngine.probe();
    expect(reports.find(({ device }) => device === 'cpu')).toMatchObject({
      usable: true,
      reason: expect.stringMatching(/^PyTorch \d.* ran a test$/) as string,
    });
    for (const { usable, reason: why } of reports) if (!usable) expect(why).toMatch(/PyTorch|Metal|GPU/);
  });

  it('ends its process with its input', async () => {
    const child = await startPython();
    const gone = new Promise((resolve) => setTimeout(resolve, 10_000, 'still there'));
    child.close();
    expect(await Promise.race([child.exited, gone])).toBe(0);
  });
});
