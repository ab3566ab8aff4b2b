import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { nifti } from '../../../src/scans/formats/nifti.js';
import { niftiBytes, temporaryFolder, writeNifti, type NiftiFields } from '../../support/scans/nifti-file.js';

const folder = temporaryFolder();
const small: NiftiFields = { size: [4, 3, 2], value: (x, y, z) => x + 10 * y + 100 * z };

/** The header of a pair whose other half is not there. */
function writeLonely(): string {
  const bytes = niftiBytes({
    ...small,
    spoil: (header) => Buffer.from('ni1').forEach((byte, i) => header.setUint8(344 + i, byte)),
  });
  writeFileSync(join(folder, 'lonely.hdr'), bytes.subarray(0, 348));
  return join(folder, 'lonely.hdr');
}

describe('reading NIfTI', () => {
  it('gives size, spacing and voxels as stored, x fastest', async () => {
    const path = writeNifti(join(folder, 'plain.nii'), {
      ...small,
      affine: [
        [-2, 0, 0, 5],
        [0, 1.5, 0, 6],
        [0, 0, 3, 7],
      ],
    });
    const scan = await nifti.read(path);
    expect(scan.size).toEqual([4, 3, 2]);
    expect(scan.spacing).toEqual([2, 1.5, 3]);
    expect(scan.affine.map((row) => row.map((entry) => entry + 0))).toEqual([
      [-2, 0, 0, 5],
      [0, 1.5, 0, 6],
      [0, 0, 3, 7],
    ]);
    expect(Number(scan.voxels[3 + 4 * 2 + 12 * 1])).toBe(123);
  });

  it('reads compressed and plain files alike', async () => {
    const plain = await nifti.read(writeNifti(join(folder, 'same.nii'), small));
    const compressed = await nifti.read(writeNifti(join(folder, 'same.nii.gz'), small));
    expect(compressed).toEqual(plain);
  });

  it('gives a 4D series its frames and the time between them', async () => {
    const path = writeNifti(join(folder, 'series.nii.gz'), {
      size: [4, 3, 2, 5],
      value: (x, _y, _z, frame) => x + 1000 * frame,
      frameTime: 2.5,
    });
    const scan = await nifti.read(path);
    expect([scan.frames, scan.frameTime]).toEqual([5, 2.5]);
    expect(Number(scan.voxels[4 * 24 + 1])).toBe(4001);
  });

  it.each([
    ['before its end', 0, 352],
    ['where it ends, without the four bytes that follow', 348, 352],
    ['as it says, after an extension', 400, 400],
  ])('begins to read voxels %s', async (_, voxOffset, start) => {
    const plain = niftiBytes({ ...small, spoil: (header) => header.setFloat32(108, voxOffset, true) });
    const extension = Buffer.alloc(start - 352, 'x');
    const path = join(folder, 'offset.nii');
    writeFileSync(path, Buffer.concat([plain.subarray(0, 352), extension, plain.subarray(352)]));
    const { voxels, remarks } = await nifti.read(path);
    expect([Number(voxels[3 + 4 * 2 + 12]), remarks]).toEqual([123, []]);
  });

  it('says how many bytes it leaves unread', async () => {
    const path = join(folder, 'surplus.nii');
    writeFileSync(path, Buffer.concat([niftiBytes(small), Buffer.alloc(77)]));
    expect((await nifti.read(path)).remarks).toEqual(['77 bytes after its voxels are not read']);
  });

  it('looks for voxels where the name says, whatever the magic', async () => {
    const pair = (magic: string, offset: number): Uint8Array =>
      niftiBytes({
        ...small,
        spoil: (header) => {
          Buffer.from(magic).forEach((byte, i) => header.setUint8(344 + i, byte));
          header.setFloat32(108, offset, true);
        },
      });
    for (const [i, magic] of ['ni1\0', 'n+1\0'].entries()) {
      const bytes = pair(magic, 0);
      writeFileSync(join(folder, `pair${i}.hdr`), bytes.subarray(0, 348));
      writeFileSync(join(folder, `pair${i}.img`), bytes.subarray(352));
      expect(Number((await nifti.read(join(folder, `pair${i}.hdr`))).voxels[23])).toBe(123);
      writeFileSync(join(folder, `single${i}.nii`), bytes);
      expect(Number((await nifti.read(join(folder, `single${i}.nii`))).voxels[23])).toBe(123);
    }
    await expect(nifti.read(writeLonely())).rejects.toThrow(/a header without voxels: no .img of its name/);
  });

  it('keeps NaN and infinite voxels, which other readers turn into zero', async () => {
    const path = writeNifti(join(folder, 'nan.nii.gz'), {
      ...small,
      value: (x, y) => (x === 0 ? NaN : x === 1 && y === 0 ? Infinity : 1),
    });
    const { voxels } = await nifti.read(path);
    expect([...voxels].filter((value) => !Number.isFinite(value))).toHaveLength(6 + 2);
  });
});

describe('refusing what is no sound NIfTI file', () => {
  const whole = 352 + 4 * 24;
  const spoiled = (spoil: (header: DataView) => void): Uint8Array => niftiBytes({ ...small, spoil });
  const noise = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * i));
  const large = niftiBytes({ size: [16, 16, 16], value: (x, y, z) => noise[x + 16 * y + 256 * z] ?? 0 });

  const cases: readonly (readonly [string, string, Uint8Array, RegExp])[] = [
    ['an empty file', 'empty.nii', new Uint8Array(0), /not a NIfTI file: 0 bytes/],
    ['text', 'text.nii', Buffer.from('hello world\n'.repeat(100)), /not a NIfTI file/],
    ['text named .nii.gz', 'text.nii.gz', Buffer.from('hello world\n'.repeat(100)), /not a NIfTI file/],
    [
      'a header alone',
      'header.nii',
      niftiBytes(small).subarray(0, 348),
      new RegExp(`declares ${whole} bytes, 348`),
    ],
    [
      'a truncated file',
      'cut.nii',
      niftiBytes(small).subarray(0, 400),
      new RegExp(`declares ${whole} bytes, 400`),
    ],
    [
      'a truncated .nii.gz',
      'cut.nii.gz',
      gzipSync(large).subarray(0, 9000),
      /declares 16736 bytes, \d+ are there/,
    ],
    ['damaged compression', 'bad.nii.gz', damage(gzipSync(large)), /damaged gzip data/],
    ['a size that the bytes do not fill', 'lie.nii', spoiled((h) => h.setInt16(42, 400, true)), /truncated/],
    [
      'an absurd size',
      'absurd.nii',
      spoiled((h) => [42, 44, 46].forEach((at) => h.setInt16(at, 32767, true))),
      /at most 536870912 are read/,
    ],
    [
      'a negative size',
      'negative.nii',
      spoiled((h) => h.setInt16(42, -4, true)),
      /declares the size -4 × 3 × 2/,
    ],
    ['ten axes', 'axes.nii', spoiled((h) => h.setInt16(40, 10, true)), /declares 10 axes/],
    [
      'a gzip bomb',
      'bomb.nii.gz',
      gzipSync(Buffer.concat([niftiBytes(small), Buffer.alloc(8e6)])),
      /more than the 448 bytes/,
    ],
    ['complex voxels', 'complex.nii', spoiled((h) => h.setInt16(70, 32, true)), /data type 32/],
    [
      'a spacing of NaN',
      'spacing.nii',
      spoiled((h) => h.setFloat32(80, NaN, true)),
      /spacing along axis 0 is NaN/,
    ],
    [
      'an sform that contradicts the spacing',
      'spacings.nii',
      spoiled((h) => h.setFloat32(284, 1, true)),
      /its sform spaces voxels by 1.41\d+ mm, its pixdim by 1 mm/,
    ],
    ['an sform with NaN', 'sform.nii', spoiled((h) => h.setFloat32(280, NaN, true)), /sform holds NaN/],
    [
      'an infinite slope',
      'slope.nii',
      spoiled((h) => h.setFloat32(112, Infinity, true)),
      /rescaled by slope Infinity/,
    ],
    ['gzip data named .nii', 'packed.nii', gzipSync(niftiBytes(small)), /name it .nii.gz/],
  ];
  it.each(cases)('refuses %s in one line that names the file', async (_, name, bytes, message) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const thrown: unknown = await nifti.read(path).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message.startsWith(path)).toBe(true);
    expect((thrown as Error).message).not.toContain('\n');
  });

  it('survives damaged bytes all over the header', async () => {
    const good = readFileSync(writeNifti(join(folder, 'good.nii'), small));
    const path = join(folder, 'mutant.nii');
    for (let at = 0; at < 352; at += 5) {
      const bytes = Uint8Array.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      writeFileSync(path, bytes);
      const outcome = await nifti.read(path).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome, `byte ${at}`).toBeInstanceOf(UserError);
    }
  });
});

function damage(bytes: Uint8Array): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  for (let at = 6000; at < 6010; at++) damaged[at] = (damaged[at] ?? 0) ^ 0x55;
  return damaged;
}
