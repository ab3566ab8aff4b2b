/** `voxolve import` as a user types it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEncoder } from '../../src/api/encoder-source.js';
import { rngOf } from '../../src/core/random.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import { movinetA0 } from '../published/networks.js';
import { pickled, pickleOf, zipOf } from '../published/torch-files.js';
import { succeedHere, voxolveHere } from '../support/cli-here.js';
import { needsPython, python } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

/** Random weights of MoViNet-A0, as large as those of a trained network. */
function writeWeights(file: string): void {
  const rng = rngOf('weights');
  const tensors = Object.entries(movinetA0()).map(([name, shape]) => {
    const positive = /running_var|norm\.weight/.test(name);
    const spread = shape.length > 1 ? 1.5 / Math.sqrt(sizeOf(shape.slice(1))) : 0.2;
    const draw = (): number => (positive ? rng.uniform(0.5, 1.5) : spread * rng.normal());
    return [name, tensor(shape, Float32Array.from({ length: sizeOf(shape) }, draw))] as const;
  });
  writeFileSync(file, writeSafetensors(Object.fromEntries(tensors)));
}

describe('voxolve import', { timeout: 60_000 }, () => {
  it('writes an encoder that --encoder takes, says what it left out, and says all of it as JSON', async () => {
    writeWeights(at('a0.safetensors'));
    const { stdout } = await succeedHere(['import', 'movinet-a0', at('a0.safetensors'), '-o', at('a0')]);
    expect(stdout).toMatch(
      /^movinet-a0 with MoViNet-pytorch's names, for scans of 1 channel, .* 1 tensor left out\nnote: strided layers.*\nwritten to .*a0: README\.md, architecture\.json/,
    );
    const encoder = await loadEncoder(at('a0'));
    expect(encoder).toMatchObject({
      channels: 1,
      scans: null,
      input: [50, 172, 172],
      normalisation: { mean: [0], std: [1] },
    });
    expect(encoder.description).toMatch(/a0 \(movinet-a0, imported from a0\.safetensors\)$/);
    expect(readFileSync(at('a0/README.md'), 'utf8')).toContain('SHA-256');
    const json = await succeedHere([
      'import',
      'movinet-a0',
      at('a0.safetensors'),
      '-o',
      at('rgb'),
      '--channels',
      '3',
      '--json',
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      network: 'movinet-a0',
      channels: 3,
      left_out: ['classifier.3.bias'],
      normalisation: { mean: [0, 0, 0], std: [1, 1, 1] },
    });
    const colours = await loadEncoder(at('rgb'));
    expect(colours.forChannels(1).weights).toEqual(encoder.weights);
  });

  it.skipIf(python === undefined)(`writes code that computes what voxolve computes ${needsPython}`, () => {
    const script = `
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np, torch
from model import build
parity = np.load(sys.argv[1] + "/parity.npz")
with torch.no_grad():
    features = build()(torch.from_numpy(parity["input"])).numpy()
print(float(np.abs(features - parity["features"]).max() / np.abs(parity["features"]).max()))
`;
    const printed = execFileSync(python!, ['-B', '-c', script, at('a0')], { encoding: 'utf8' });
    expect(Number(printed)).toBeLessThan(1e-5);
  });

  it('of a file that would run code, or that fits no network, ends in one line and writes nothing', async () => {
    const system = pickled.call(pickled.named('os', 'system'), pickled.text(`touch ${at('ran')}`));
    writeFileSync(at('hostile.pth'), zipOf(pickleOf(pickled.dictionary({ w: system })), {}));
    writeFileSync(at('cut.pth'), readFileSync(at('hostile.pth')).subarray(0, 100));
    for (const file of ['hostile.pth', 'cut.pth', 'missing.pth', 'a0.safetensors']) {
      const { code, stdout, stderr } = await voxolveHere(['import', 'r3d-18', at(file), '-o', at('out')]);
      expect(code, file).toBe(1);
      expect(stdout).toBe('');
      expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
      expect(stderr).toContain(file);
    }
    expect(existsSync(at('ran'))).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(['a0', 'a0.safetensors', 'cut.pth', 'hostile.pth', 'rgb']);
  });

  it('does not write over what is there, and knows its networks', async () => {
    const again = await voxolveHere(['import', 'movinet-a0', at('a0.safetensors'), '-o', at('a0')]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/a0: the folder is not empty/)]);
    const unknown = await voxolveHere(['import', 'r3d18', at('a0.safetensors'), '-o', at('out')]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/did you mean "r3d-18"\?/)]);
  });
});
