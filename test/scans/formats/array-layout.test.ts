/** NumPy arrays whose axes are not what they usually are: read as a layout says, refused where none does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeScans, type ScanDescription } from '../../../src/scans/describe.js';
import { numpy } from '../../../src/scans/formats/numpy.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { voxolve } from '../../support/cli.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const folder = temporaryFolder();

/** An array of float32 as numpy.save writes it, each value its index. */
function save(name: string, shape: readonly number[], fortran = false): string {
  const count = shape.reduce((product, size) => product * size, 1);
  const text = `{'descr': '<f4', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')},), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`);
  const length = Buffer.from([header.length, 0]);
  const values = Buffer.from(Float32Array.from({ length: count }, (_, i) => i).buffer);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, header, values]));
  return path;
}

const readAs = (layout: string, shape: readonly number[]): Promise<RawScan> => {
  if (numpy.readAs === undefined) throw new Error('no layouts');
  return numpy.readAs(layout, save(`${layout}.npy`, shape));
};

describe('an array', () => {
  it.each([
    ['zyx', [5, 6, 7], [7, 6, 5], 1],
    ['xyz', [7, 6, 5], [7, 6, 5], 1],
    ['tyx', [5, 6, 7], [7, 6, 1], 5],
    ['yxt', [6, 7, 5], [7, 6, 1], 5],
    ['zyxt', [4, 6, 7, 5], [7, 6, 4], 5],
    ['zyxc', [4, 6, 7, 1], [7, 6, 4], 1],
    ['tyxc', [5, 6, 7, 3], [7, 6, 1], 5],
    ['ctzyx', [3, 5, 4, 6, 7], [7, 6, 4], 5],
    ['yx', [6, 7], [7, 6, 1], 1],
  ] as const)('of layout %s and shape %j is read so', async (layout, shape, size, frames) => {
    const scan = await readAs(layout, shape);
    expect([scan.size, scan.frames]).toEqual([size, frames]);
    const at = (letter: string, index: number): number =>
      layout.includes(letter)
        ? index * shape.slice(layout.indexOf(letter) + 1).reduce<number>((product, n) => product * n, 1)
        : 0;
    const [x, y, z] = size;
    for (const [t, k, j, i] of [
      [0, 0, 0, 0],
      [frames - 1, z - 1, y - 1, x - 1],
      [Math.min(1, frames - 1), Math.min(2, z - 1), 3, 1],
    ] as const) {
      const value = scan.voxels[((t * z + k) * y + j) * x + i];
      const first = at('t', t) + at('z', k) + at('y', j) + at('x', i);
      const colours = layout.includes('c') ? (shape[layout.indexOf('c')] as number) : 1;
      const luma = [0.299, 0.587, 0.114].reduce((sum, weight, c) => sum + weight * (first + at('c', c)), 0);
      expect(value).toBeCloseTo(colours === 1 ? first : luma, 3);
    }
  });

  it.each([
    ['[H, W, 3]', [60, 70, 3]],
    ['[z, y, x, 1]', [5, 60, 70, 1]],
    ['[frames, y, x, 4]', [5, 60, 70, 4]],
    ['five axes', [2, 3, 4, 5, 6]],
    ['one axis', [60]],
  ])('of %s is refused until a layout says what it is', async (_, shape) => {
    await expect(numpy.read(save('odd.npy', shape))).rejects.toThrow(
      /odd\.npy: an array of shape .*; say what its axes are: "layout" in the scans of an experiment, such as zyxc, or voxolve scans --layout$/,
    );
  });

  it('of another number of axes or of two colours is refused, with both', async () => {
    await expect(readAs('zyx', [5, 60, 70, 1])).rejects.toThrow(
      /an array of shape 5 × 60 × 70 × 1 and the layout zyx, which has 3 axes/,
    );
    await expect(readAs('zyxc', [5, 60, 70, 2])).rejects.toThrow(/with 2 colours by the layout zyxc/);
  });

  const there = hasModule('numpy');
  it.skipIf(!there)(`is transposed as NumPy does it ${there ? '' : needsPython}`, async () => {
    const path = join(folder, 'transposed.npy');
    const script = `
import sys, json, numpy
a = numpy.arange(4 * 3 * 5 * 2, dtype="int32").reshape(4, 3, 5, 2)
numpy.save(sys.argv[1], numpy.asfortranarray(a))
print(json.dumps(a.transpose(3, 2, 0, 1).ravel().tolist()))`;
    const wanted = JSON.parse(runPython(script, [path])) as number[];
    const scan = await numpy.readAs?.('yxzt', path);
    expect([scan?.size, scan?.frames]).toEqual([[3, 4, 5], 2]);
    expect(Array.from((scan as RawScan).voxels as ArrayLike<number>)).toEqual(wanted);
  });
});

describe('a layout', () => {
  const cacheDirectory = temporaryFolder();
  const look = (path: string, given: object): Promise<ScanDescription> =>
    describeScans(path, ScanOptions.parse({ spacing: 1, ...given }), { cacheDirectory });

  it('is part of what the cache knows a scan by', async () => {
    const scans = temporaryFolder();
    const path = save('volume.npy', [20, 20, 20]);
    writeFileSync(join(scans, 'volume.npy'), readFileSync(path));
    const frames = async (given: object): Promise<number | undefined> =>
      (await look(scans, given)).series[0]?.frames;
    expect(await frames({})).toBe(1);
    expect(await frames({ layout: 'tyx' })).toBe(20);
    expect(await frames({})).toBe(1);
  });

  it.each(['xx', 'zyxq', 'tz', ''])('%j is refused', (layout) => {
    expect(ScanOptions.safeParse({ layout }).success).toBe(false);
  });

  it('is an option of voxolve scans', { timeout: 60_000 }, async () => {
    const scans = temporaryFolder();
    const path = save('clip.npy', [10, 30, 40, 3]);
    writeFileSync(join(scans, 'clip.npy'), readFileSync(path));
    const env = { VOXOLVE_CACHE: cacheDirectory };
    const refused = await voxolve(['scans', scans], env);
    expect(refused.stdout).toMatch(
      /unreadable clip\.npy: an array of shape 10 × 30 × 40 × 3, whose last axis/,
    );
    const read = await voxolve(['scans', scans, '--layout', 'tyxc'], env);
    expect(read.stdout).toMatch(/clip\.npy +numpy +40×30×1×10/);
    const wrong = await voxolve(['scans', scans, '--layout', 'tyxq'], env);
    expect([wrong.code, wrong.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(wrong.stderr).toMatch(/--layout tyxq: a layout names axes in order/);
  });
});
