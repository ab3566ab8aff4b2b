/**
 * DICOM files that other readers got wrong, from public bug reports, against the values of independent decoders: needs
 * `../shared/data/field`, whose README names the decoders.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { temporaryFolder } from '../../../support/scans/nifti-file.js';

const data = fileURLToPath(new URL('../../../../../shared/data/field', import.meta.url));
const there = existsSync(data);

interface Summary {
  readonly size: readonly number[];
  readonly frames: number;
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly values: readonly number[];
}

async function summaryOf(path: string): Promise<Summary> {
  const scan = await dicom.read(path);
  const values = [...scan.voxels].map(Number);
  return {
    size: scan.size,
    frames: scan.frames,
    low: Math.min(...values),
    high: Math.max(...values),
    mean: Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3)),
    values,
  };
}

const field = (name: string): Promise<Summary> => summaryOf(join(data, name));

describe.skipIf(!there)(`field: ${there ? 'files that others read wrong' : `(needs ${data})`}`, () => {
  it.each([
    ['jpegls_padded_with_ff/a.dcm', { size: [32, 32, 1], frames: 1, low: 0, high: 255, mean: 143.778 }],
    ['jpeg_baseline_under_lossless_syntax/a.dcm', { size: [32, 32, 1], frames: 1, mean: 143.577 }],
    ['extended_offset_table_OV/a.dcm', { size: [32, 32, 1], frames: 3 }],
    ['jpeg_rgb_without_app14/a.dcm', { size: [64, 64, 1], low: 9, high: 232 }],
    ['palette_big_endian/a.dcm', { size: [32, 32, 1], low: 3, high: 63753 }],
    [
      'meta_element_repeated_in_dataset/a.dcm',
      { size: [32, 32, 1], frames: 1, low: 0, high: 550, mean: 242.022 },
    ],
    ['trailing_zeros/a.dcm.gz', { size: [32, 32, 1], frames: 1, low: 0, high: 550, mean: 242.022 }],
  ])('%s has the size and values that other decoders find', async (name, right) => {
    expect(await field(name)).toMatchObject(right);
  });

  it.each([
    ['jpeg_lossless_restart_predictor4/jpll.dcm', 'jpeg_lossless_restart_predictor4/unc.dcm'],
    ['jpeg_lossless_last_sample/e1.dcm', 'jpeg_lossless_last_sample/unc.dcm'],
    ['palette_big_endian/a.dcm', 'palette_big_endian/le.dcm'],
    ['meta_element_repeated_in_dataset/a.dcm', 'trailing_zeros/a.dcm.gz'],
  ])('%s is %s', async (name, same) => {
    expect(await field(name)).toEqual(await field(same));
  });

  it('JPEG in RGB without APP14 differs from its picture by no more than JPEG loses', async () => {
    const [lossy, original] = [
      await field('jpeg_rgb_without_app14/a.dcm'),
      await field('jpeg_rgb_without_app14/unc.dcm'),
    ];
    const loss = lossy.values.map((value, i) => Math.abs(value - (original.values[i] as number)));
    expect(Math.max(...loss)).toBeLessThanOrEqual(1);
    expect([lossy.values[0], original.values[0]]).toEqual([157, 157]);
  });

  it('baseline JPEG under a lossless transfer syntax begins as it should', async () => {
    const { values } = await field('jpeg_baseline_under_lossless_syntax/a.dcm');
    expect(values.slice(0, 3)).toEqual([6, 15, 9]);
  });

  it('the last sample of lossless JPEG is there', async () => {
    expect((await field('jpeg_lossless_last_sample/e1.dcm')).values.at(-1)).toBe(140);
  });

  it('JPEG-LS padded with FF is the same picture as padded with 00', async () => {
    const bytes = readFileSync(join(data, 'jpegls_padded_with_ff/a.dcm'));
    const end = bytes.lastIndexOf(Buffer.from([0xff, 0xd9, 0xff, 0xff]));
    expect(end).toBeGreaterThan(0);
    const path = join(temporaryFolder(), 'zeros.dcm');
    writeFileSync(
      path,
      Buffer.concat([bytes.subarray(0, end + 2), Buffer.alloc(2), bytes.subarray(end + 4)]),
    );
    expect(await summaryOf(path)).toEqual(await field('jpegls_padded_with_ff/a.dcm'));
  });

  it('an extended offset table says where three frames are', async () => {
    const { values } = await field('extended_offset_table_OV/a.dcm');
    const bytes = readFileSync(join(data, 'extended_offset_table_OV/a.dcm'));
    const [from, to] = [0x0001, 0x0010].map((element) =>
      bytes.indexOf(Buffer.from([0xe0, 0x7f, element, 0])),
    ) as [number, number];
    const path = join(temporaryFolder(), 'without.dcm');
    writeFileSync(path, Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]));
    expect((await summaryOf(path)).values).toEqual(values);
    expect(
      new Set([0, 1, 2].map((frame) => values.slice(frame * 1024, frame * 1024 + 1024).join())),
    ).toHaveProperty('size', 3);
  });

  it('4:2:2 labels on full data are refused with both sizes', async () => {
    await expect(field('ybr422_label_full_data/a.dcm')).rejects.toThrow(
      /a\.dcm: holds 3072 bytes of pixels where YBR_FULL_422 needs 2048; correct its Photometric Interpretation$/,
    );
  });
});
