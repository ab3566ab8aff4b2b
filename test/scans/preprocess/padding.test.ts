/**
 * Padding counts neither in percentiles nor as tissue: a scan with it is prepared as one that has air there.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { element } from '../../../bench/scans/dicom-file.js';
import { drawCrop } from '../../../src/scans/sampling/crops.js';
import { rngOf } from '../../../src/core/random.js';
import { dicom } from '../../../src/scans/formats/dicom.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { ScanOptions, transformsOf } from '../../../src/scans/options.js';
import { prepare } from '../../../src/scans/preprocess/preprocess.js';
import type { PreparedVolume } from '../../../src/scans/preprocess/volumes.js';
import { memoryVolume } from '../../../src/scans/sampling/scan-set.js';
import {
  AXIAL,
  CLASS,
  code,
  decimal,
  enhanced,
  folderOf,
  placed,
  shorts,
  written,
  type Written,
} from '../../support/scans/dicom-written.js';

const transforms = transformsOf(ScanOptions.parse({ spacing: 1 }));
const prepared = (scan: RawScan, options: object = {}): PreparedVolume =>
  prepare('scan', scan, transformsOf(ScanOptions.parse({ spacing: 1, ...options })))[0] as PreparedVolume;

const SIDE = 16;

/** A disc of two tissues in air, and whether a pixel is outside of a round field of view. */
const disc = (i: number, z: number): { value: number; outside: boolean } => {
  const [x, y] = [(i % SIDE) - 7.5, Math.floor(i / SIDE) - 7.5];
  const radius = Math.hypot(x, y);
  const tissue = x > 0 ? 700 + 3 * z + Math.round(10 * y) : 400 + Math.round(5 * y);
  return { value: radius < 6 ? tissue : Math.round(radius), outside: radius > 7.8 };
};

/** A volume of which what is outside has this value. */
const slices = (outside: number, more: readonly Buffer[] = []): Written[] =>
  [0, 1, 2, 3, 4, 5].map((z) => ({
    rows: SIDE,
    columns: SIDE,
    pixels: Array.from({ length: SIDE * SIDE }, (_, i) => {
      const { value, outside: padded } = disc(i, z);
      return padded ? outside : value;
    }),
    more: [...placed(`0\\0\\${z}`), decimal(0x0018, 0x0050, '1'), ...more],
  }));

async function read(files: readonly Written[]): Promise<RawScan> {
  const folder = folderOf(files);
  return dicom.read(...(readdirSync(folder).map((name) => join(folder, name)) as [string, ...string[]]));
}

const signed = (...values: number[]): Buffer => Buffer.from(Int16Array.from(values).buffer);

describe('pixel padding', () => {
  it.each([
    ['a value', 65535, [shorts(0x0028, 0x0120, 65535)]],
    [
      'a value that is stated as signed although pixels are not',
      65535,
      [element(0x0028, 0x0120, 'SS', signed(-1))],
    ],
    ['a range, from its end', 64000, [shorts(0x0028, 0x0120, 65535), shorts(0x0028, 0x0121, 63000)]],
    ['a range, from its beginning', 63000, [shorts(0x0028, 0x0120, 63000), shorts(0x0028, 0x0121, 65535)]],
    ['the darkest value', 0, [shorts(0x0028, 0x0120, 0)]],
  ])('of %s leaves tissue as it would be in air', async (_, outside, more) => {
    const [padded, air] = [await read(slices(outside, more)), await read(slices(6))];
    const [ours, theirs] = [prepared(padded), prepared(air)];
    expect(padded.remarks).toEqual(['its pixel padding is not counted']);
    expect(ours.foreground).toEqual(theirs.foreground);
    const inside = (volume: PreparedVolume): number[] =>
      [...volume.voxels].filter((__, i) => theirs.foreground[i] === 1);
    inside(ours).forEach((value, i) => expect(value).toBeCloseTo(inside(theirs)[i] as number, 5));
  });

  it('is compared before rescaling, and signed as pixels are', async () => {
    const hounsfield = (outside: number, more: readonly Buffer[]): Written[] =>
      slices(outside < 0 ? 65536 + outside : outside, [
        shorts(0x0028, 0x0103, 1),
        decimal(0x0028, 0x1052, '-1000'),
        decimal(0x0028, 0x1053, '1'),
        ...more,
      ]);
    const padded = await read(hounsfield(-2000, [shorts(0x0028, 0x0120, 63536)]));
    // Voxels are as stored; the record says which of them were never measured.
    expect([padded.voxels[0], padded.padding?.[0]]).toEqual([-3000, 1]);
    const middle = 8 * SIDE + 8;
    expect([padded.voxels[middle], padded.padding?.[middle]]).toEqual([-295, 0]);
    const [ours, theirs] = [prepared(padded), prepared(await read(hounsfield(6, [])))];
    expect(ours.foreground).toEqual(theirs.foreground);
  });

  it('does not count in the lower percentile', async () => {
    const scan = await read(slices(65535, [shorts(0x0028, 0x0120, 65535)]));
    const low = (given: RawScan): number => {
      const { voxels } = prepared(given, { percentiles: [60, 99.5] });
      return [...voxels].filter((value) => value === Math.min(...voxels)).length / voxels.length;
    };
    const { padding } = scan;
    const air = await read(slices(6));
    const share = (padding as Uint8Array).reduce((sum, one) => sum + one, 0) / (padding as Uint8Array).length;
    expect(share).toBeGreaterThan(0.2);
    // All padding, and 60 % of the rest; of a scan with air there, 60 % of everything.
    expect(low(scan)).toBeCloseTo(share + 0.6 * (1 - share), 1);
    expect(low(air)).toBeCloseTo(0.6, 1);
    expect(low(scan) - low(air)).toBeGreaterThan(0.05);
  });

  it('is no place for crops', async () => {
    const files = slices(65535, [shorts(0x0028, 0x0120, 65535)]);
    const volume = prepared(await read(files));
    const facts = {
      id: 'a.0',
      split: 'train',
      patient: 0,
      modality: null,
      shape: volume.shape,
      spacing: volume.spacing,
      frameTime: null,
    } as const;
    const set = {
      volumes: [memoryVolume(facts, volume.voxels, volume.foreground)],
      channels: 1,
      balance: 'patients',
      fingerprint: '',
    } as const;
    const rng = rngOf('padding');
    for (let i = 0; i < 50; i++) {
      const crop = drawCrop(set, 'train', [2, 4, 4], 0.5, rng);
      expect(crop.foreground.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(16);
    }
  });

  it('of every pixel is refused in one line', async () => {
    const all = slices(7, [shorts(0x0028, 0x0120, 0), shorts(0x0028, 0x0121, 65535)]);
    const scan = await read(all);
    expect(() => prepared(scan)).toThrow(/^scan: all of its voxels are padding/);
  });

  it('of a map of floats may be NaN', async () => {
    const values = Float32Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? NaN : i / 4));
    const path = written({
      more: [
        shorts(0x0028, 0x0100, 32),
        shorts(0x0028, 0x0101, 32),
        element(0x0028, 0x0122, 'FL', Buffer.from(Float32Array.of(NaN).buffer)),
        element(0x7fe0, 0x0008, 'OF', Buffer.from(values.buffer)),
      ],
    });
    const scan = await dicom.read(path);
    expect([...(scan.voxels as Float32Array)].slice(0, 6)).toEqual([NaN, 0.25, 0.5, 0.75, 1, NaN]);
    expect([...(scan.padding as Uint8Array)].slice(0, 6)).toEqual([1, 0, 0, 0, 0, 1]);
  });

  it('of a clip is carried to its frame rate', async () => {
    const pixels = Array.from({ length: 4 * SIDE * SIDE }, (_, i) => {
      const { value, outside } = disc(i % (SIDE * SIDE), 0);
      return outside ? 65535 : value;
    });
    const clip = {
      sopClass: CLASS.ultrasound,
      modality: 'US',
      rows: SIDE,
      columns: SIDE,
      frames: 4,
      pixels,
      more: [shorts(0x0028, 0x0120, 65535), decimal(0x0018, 0x1063, '40')],
    };
    const [volume] = prepare('clip', await dicom.read(written(clip)), transforms);
    expect(Math.max(...(volume as PreparedVolume).voxels)).toBeLessThan(3);
  });

  it('does not count in the mean over frames where any frame has it', async () => {
    const frames = [1, 2].flatMap((moment) => [0, 1].map((at) => ({ at, moment, orientation: AXIAL })));
    const pixels = frames.flatMap(({ at, moment }) =>
      Array.from({ length: SIDE * SIDE }, (_, i) => {
        const { value, outside } = disc(i, at);
        return outside && moment === 2 ? 65535 : value;
      }),
    );
    const more = [shorts(0x0028, 0x0120, 65535), code(0x0008, 0x0060, 'MR')];
    const scan = await dicom.read(written(enhanced(frames, { rows: SIDE, columns: SIDE, pixels, more })));
    expect(scan.frames).toBe(2);
    const { voxels } = prepared(scan, { frames: 'mean' });
    expect(Math.max(...voxels)).toBeLessThan(3);
  });
});

const field = fileURLToPath(new URL('../../../../shared/data/field', import.meta.url));
const there = existsSync(field);
it.skipIf(!there)('a real series with padding has the contrast of the one without', async () => {
  const prepareFolder = async (name: string, spacing: number): Promise<PreparedVolume> => {
    const folder = join(field, name);
    const paths = readdirSync(folder).map((file) => join(folder, file)) as [string, ...string[]];
    return prepared(await dicom.read(...paths), { spacing });
  };
  for (const spacing of [1, 3]) {
    const ours = await prepareFolder('pixel_padding_unsigned', spacing);
    const theirs = await prepareFolder('pixel_padding_unsigned_reference', spacing);
    expect(ours.foreground).toEqual(theirs.foreground);
    const inside = (volume: PreparedVolume): Float32Array =>
      volume.voxels.filter((_, i) => theirs.foreground[i] === 1);
    expect(inside(ours)).toEqual(inside(theirs));
  }
});
