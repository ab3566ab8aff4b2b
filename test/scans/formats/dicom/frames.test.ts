/**
 * What the frames of a file are: slices, moments, or scans of their own, as the classic series would have them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { element, sequence, text } from '../../../../bench/scans/dicom-file.js';
import { describeScans, type SeriesDescription } from '../../../../src/scans/describe.js';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { loadScanSet } from '../../../../src/scans/load.js';
import { wholeVolume, type Volume } from '../../../../src/scans/sampling/scan-set.js';
import { openScanFolder } from '../../../../src/scans/folder/scan-folder.js';
import { ScanOptions, transformsOf } from '../../../../src/scans/options.js';
import { prepare } from '../../../../src/scans/preprocess/preprocess.js';
import type { RawScan } from '../../../../src/scans/formats/format.js';
import {
  AXIAL,
  CLASS,
  code,
  decimal,
  double,
  enhanced,
  folderOf,
  group,
  pointers,
  placed,
  SAGITTAL,
  shorts,
  written,
  type FrameFields,
  type Written,
} from '../../../support/scans/dicom-written.js';
import { temporaryFolder } from '../../../support/scans/nifti-file.js';

const options = ScanOptions.parse({ spacing: 0.5 });

/** The scans of a folder as they are read, in order. */
async function scansIn(folder: string): Promise<RawScan[]> {
  const { files } = await openScanFolder(folder, options, temporaryFolder());
  const scans = [];
  for (const { paths, part } of files)
    scans.push(await (part === null ? dicom.read(...paths) : dicom.readPart?.(part.look, ...paths)));
  return scans as RawScan[];
}

/** Slices, frames, and the number of the first frame (the value of its pixels), for each scan. */
async function outline(...files: readonly Written[]): Promise<number[][]> {
  const scans = await scansIn(folderOf(files));
  for (const { problem } of scans) expect(problem).toBeUndefined();
  return scans.map(({ size, frames, voxels }) => [size[2], frames, Number(voxels[0])]);
}

const zs = [0, 2, 4];
const each = (fields: (z: number, i: number) => Omit<FrameFields, 'at'>): FrameFields[] =>
  zs.map((at, i) => ({ at, ...fields(at, i) }));
const echo = (ms: number): Buffer => group([0x0018, 0x9114], double(0x0018, 0x9082, ms));
const diffusion = (b: number, directionality = 'DIRECTIONAL'): Buffer =>
  group([0x0018, 0x9117], code(0x0018, 0x9075, directionality), double(0x0018, 0x9087, b));

describe('frames of one multi-frame file', () => {
  it('that are magnitude and phase are two scans, in the order of the file', async () => {
    const frames = [
      ...each(() => ({ type: 'ORIGINAL\\PRIMARY\\P\\PHASE MAP' })),
      ...each(() => ({ type: 'ORIGINAL\\PRIMARY\\T1\\NONE' })),
    ];
    expect(await outline(enhanced(frames))).toEqual([
      [3, 1, 0],
      [3, 1, 3],
    ]);
  });

  it('that are echoes are a scan each, and a thousandth of a millisecond makes none', async () => {
    const frames = [
      ...each((_, i) => ({ groups: [echo(4.6 + i * 1e-6)] })),
      ...each(() => ({ groups: [echo(9.2)] })),
    ];
    expect(await outline(enhanced(frames))).toEqual([
      [3, 1, 0],
      [3, 1, 3],
    ]);
  });

  it('of water and fat are a scan each', async () => {
    const frames = ['WATER', 'FAT', 'IN_PHASE'].flatMap((kind) =>
      each(() => ({ type: `DERIVED\\PRIMARY\\DIXON\\${kind}` })),
    );
    expect(await outline(enhanced(frames))).toHaveLength(3);
  });

  it('of diffusion are a scan for each b value, directions are its frames, and the trace is one of its own', async () => {
    const frames = [
      ...each(() => ({ groups: [diffusion(0, 'NONE')] })),
      ...[1, 2, 3].flatMap((direction) =>
        each(() => ({ moment: direction, groups: [diffusion(1000 + direction)] })),
      ),
      ...each(() => ({ groups: [diffusion(1000, 'ISOTROPIC')] })),
    ];
    const scans = await scansIn(folderOf([enhanced(frames)]));
    expect(scans.map(({ size, frames: count, frameTime }) => [size[2], count, frameTime])).toEqual([
      [3, 1, null],
      [3, 3, null],
      [3, 1, null],
    ]);
  });

  it('of stacks are a scan each, whether they lie in one direction or in several', async () => {
    const frames = [
      ...each(() => ({ stack: 'A' })),
      ...zs.map((at) => ({ at: at + 60, stack: 'B' })),
      { at: '3\\0\\0', orientation: SAGITTAL, stack: 'C' },
      { at: '5\\0\\0', orientation: SAGITTAL, stack: 'C' },
    ];
    expect(await outline(enhanced(frames))).toEqual([
      [3, 1, 0],
      [3, 1, 3],
      // Sagittal slices are sorted along their normal, which points to the left.
      [2, 1, 7],
    ]);
  });

  it('with labelled and control blood are two scans, each with its moments', async () => {
    const context = (value: string): Buffer => group([0x0018, 0x9251], code(0x0018, 0x9257, value));
    const frames = [1, 2].flatMap((moment) =>
      ['LABEL', 'CONTROL'].flatMap((value) => each(() => ({ moment, groups: [context(value)] }))),
    );
    expect(await outline(enhanced(frames))).toEqual([
      [3, 2, 0],
      [3, 2, 3],
    ]);
  });

  it('of cardiac phases are one scan with the times of the beat', async () => {
    const phase = (ms: number): Buffer => group([0x0018, 0x9118], double(0x0020, 0x9153, ms));
    const frames = [40, 0, 20].flatMap((ms) => each(() => ({ groups: [phase(ms)] })));
    const [scan, ...others] = await scansIn(folderOf([enhanced(frames)]));
    expect(others).toEqual([]);
    expect([scan?.size[2], scan?.frames, scan?.frameTime]).toEqual([3, 3, 0.02]);
    // The frame at 0 ms comes first.
    expect(scan?.voxels[0]).toBe(3);
  });

  it('of two energies are two scans, by a dimension that is not known', async () => {
    const dimension = (...tag: [number, number]): Buffer[] => [pointers(0x0020, 0x9165, tag)];
    const more = [sequence(0x0020, 0x9222, [dimension(0x0020, 0x9057), dimension(0x0018, 0x9363)])];
    const frames = [1, 2].flatMap((energy) => each((_, i) => ({ dimensions: [i + 1, energy] })));
    const fields = { more, sopClass: CLASS.enhancedCt, modality: 'CT', typeGroup: [0x0018, 0x9329] } as const;
    expect(await outline(enhanced(frames, fields))).toEqual([
      [3, 1, 0],
      [3, 1, 3],
    ]);
  });

  it('stay one scan where a dimension that is not known counts slices or moments', async () => {
    const dimension = (...tag: [number, number]): Buffer[] => [pointers(0x0020, 0x9165, tag)];
    const more = [sequence(0x0020, 0x9222, [dimension(0x0021, 0x1001), dimension(0x0021, 0x1002)])];
    const frames = [1, 2].flatMap((moment) => each((_, i) => ({ moment, dimensions: [i + 1, moment + 10] })));
    expect(await outline(enhanced(frames, { more }))).toEqual([[3, 2, 0]]);
  });

  it('that were converted from classic files keep what has no functional group', async () => {
    const converted = (ms: string): Buffer => group([0x0020, 0x9171], decimal(0x0018, 0x0081, ms));
    const frames = ['4', '8'].flatMap((ms) => each(() => ({ groups: [converted(ms)] })));
    expect(await outline(enhanced(frames, { sopClass: CLASS.legacyPet, modality: 'PT' }))).toHaveLength(2);
  });

  it('are not used where a frame does not say where it lies, or where some are not described', async () => {
    const [whole, short_] = [
      enhanced(each(() => ({}))),
      enhanced(
        each(() => ({})),
        { frames: 4 },
      ),
    ];
    const lost = enhanced([...each(() => ({})), { at: 'nowhere' }]);
    expect((await dicom.read(written({ ...whole }))).problem).toBeUndefined();
    expect((await dicom.read(written({ ...short_, frames: 4 }))).problem).toMatch(
      /its header describes 3 of its 4 frames/,
    );
    expect((await dicom.read(written(lost))).problem).toMatch(/does not say where its 4 frames lie/);
  });

  it('give a part of each file where a scan lies in several files', async () => {
    const file = (moment: number): Written =>
      enhanced([
        ...each(() => ({ moment, type: 'ORIGINAL\\PRIMARY\\M\\NONE' })),
        ...each(() => ({ moment, type: 'ORIGINAL\\PRIMARY\\P\\NONE' })),
      ]);
    expect(await outline(file(1), file(2))).toEqual([
      [3, 2, 0],
      [3, 2, 3],
    ]);
  });

  it('read at once say that they are several scans', async () => {
    const frames = [...each(() => ({ groups: [echo(4)] })), ...each(() => ({ groups: [echo(8)] }))];
    expect((await dicom.read(written(enhanced(frames)))).problem).toBe(
      'holds 2 scans (echo 4 ms; echo 8 ms), to be read one by one',
    );
  });

  it('are listed with what they are, once each, and stay one patient', async () => {
    const frames = [...each(() => ({ groups: [echo(4)] })), ...each(() => ({ groups: [echo(8)] }))];
    const folder = folderOf([{ ...enhanced(frames), rows: 16, columns: 16 }]);
    const { series } = await describeScans(folder, options, { cacheDirectory: temporaryFolder() });
    expect(series.map(({ path, part, frames: count }) => [path, part, count])).toEqual([
      ['000.dcm', 'echo 4 ms', 1],
      ['000.dcm', 'echo 8 ms', 1],
    ]);
    expect(new Set(series.map(({ patient }: SeriesDescription) => patient)).size).toBe(1);
  });
});

it('scans that share a file are loaded apart, of one patient, again from the cache and through chunks', async () => {
  const rows = 16;
  const pixels = Array.from({ length: 6 * rows * rows }, (_, i) => (i * 37) % 211);
  const file = (patient: string): Written => {
    const frames = [...each(() => ({ groups: [echo(4)] })), ...each(() => ({ groups: [echo(8)] }))];
    const more = [
      element(0x0010, 0x0020, 'LO', text(patient)),
      element(0x0020, 0x000e, 'UI', text(`1.${patient}`, '\0')),
    ];
    const own = pixels.map((value) => value + 300 * Number(patient));
    return enhanced(frames, { rows, columns: rows, pixels: own, more });
  };
  const folder = folderOf([file('1'), file('2')]);
  const cacheDirectory = temporaryFolder();
  const load = (memory: number) => loadScanSet(folder, options, { seed: 1, cacheDirectory, memory });
  const { set, report } = await load(2 ** 30);
  expect(report.used.map(({ path, patient }) => [path, patient])).toEqual([
    ['000.dcm', 0],
    ['000.dcm', 0],
    ['001.dcm', 1],
    ['001.dcm', 1],
  ]);
  expect(new Set(set.volumes.map(({ id }) => id)).size).toBe(4);
  const chunked = await load(1);
  set.volumes.forEach((volume, i) => {
    const other = chunked.set.volumes[i];
    expect(other?.id).toBe(volume.id);
    expect(wholeVolume(other as Volume).voxels).toEqual(wholeVolume(volume).voxels);
  });
});

describe('classic series', () => {
  const slice = (z: number, more: readonly Buffer[] = [], orientation = AXIAL): Written => ({
    pixels: Array.from({ length: 20 }, () => z),
    more: [...placed(`0\\0\\${z}`, orientation), decimal(0x0018, 0x0050, '2'), ...more],
  });

  it('are split by echo time and b value as multi-frame files are', async () => {
    const echoes = ['4.6', '9.2'].flatMap((ms) => zs.map((z) => slice(z, [decimal(0x0018, 0x0081, ms)])));
    expect(await outline(...echoes)).toHaveLength(2);
    const siemens = [element(0x0019, 0x0010, 'LO', text('SIEMENS MR HEADER'))];
    const values = [0, 1000, 1000].flatMap((b, direction) =>
      zs.map((z) =>
        slice(z, [
          ...siemens,
          element(0x0018, 0x0024, 'SH', text(`*ep_b${b}${b > 0 ? `#${direction}` : ''}`)),
          element(0x0019, 0x100c, 'IS', text(String(b))),
          element(0x0020, 0x0013, 'IS', text(String(direction))),
        ]),
      ),
    );
    expect((await outline(...values)).map(([depth, frames]) => [depth, frames])).toEqual([
      [3, 1],
      [3, 2],
    ]);
  });

  it('whose directions differ by what rounding explains are one scan, in whatever order they come', async () => {
    // Each differs from the next by less than the tolerance, the first from the last by more.
    const jitter = [0, 0.0015, 0.003].map((x, i) =>
      slice(
        2 * i,
        [],
        `${Math.sqrt(1 - x * x)}\\${x}\\0\\${-x}\\${Math.sqrt(1 - x * x)}\\0`.replace(/(\.\d{8})\d+/g, '$1'),
      ),
    );
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [0, 2, 1],
    ])
      expect(await outline(...order.map((i) => jitter[i] as Written))).toEqual([[3, 1, 0]]);
    expect(await outline(jitter[0] as Written, { ...(jitter[2] as Written) })).toHaveLength(2);
  });

  it('whose pixels have several sizes are scans that say so', async () => {
    const fine = [6, 8, 10].map((z) => slice(z, [decimal(0x0028, 0x0030, '0.5\\0.5')]));
    const rounded = zs.map((z, i) => slice(z, [decimal(0x0028, 0x0030, i === 0 ? '1\\1' : '1.0000001\\1')]));
    const { files } = await openScanFolder(folderOf([...rounded, ...fine]), options, temporaryFolder());
    expect(files.map(({ paths, remarks }) => [paths.length, remarks])).toEqual([
      [3, ['its series has pixels of 1 × 1 mm and pixels of 0.5 × 0.5 mm: each is a scan of its own']],
      [3, ['its series has pixels of 1 × 1 mm and pixels of 0.5 × 0.5 mm: each is a scan of its own']],
    ]);
    // Read without the index, they are not taken for one.
    const paths = files.flatMap((file) => file.paths) as [string, ...string[]];
    expect((await dicom.read(...paths)).problem).toMatch(/holds 2 scans \(pixels of 1 × 1 mm; pixels of 0.5/);
  });

  it('whose places differ by what rounding explains have frames; steps of a few micrometres are steps', async () => {
    const moment = (number: number): Buffer => element(0x0020, 0x0013, 'IS', text(String(number)));
    const jitter = [0, 0.02].flatMap((off, i) =>
      zs.map((z) => slice(z, [decimal(0x0020, 0x0032, `0\\0\\${z + off}`), moment(i)])),
    );
    expect((await outline(...jitter)).map(([depth, frames]) => [depth, frames])).toEqual([[3, 2]]);
    const fine = [0, 0.008, 0.016].map((z) =>
      slice(z, [decimal(0x0018, 0x0050, '0.008'), decimal(0x0028, 0x0030, '0.008\\0.008')]),
    );
    expect((await outline(...fine)).map(([depth, frames]) => [depth, frames])).toEqual([[3, 1]]);
  });

  it.each([
    ['one of them does not say where it lies', 1],
    ['none of them says where it lies', 3],
  ])('are not used where %s, and are no clip', async (_, lost) => {
    const slices = zs.map((z, i) => slice(z, i < lost ? [decimal(0x0020, 0x0032, '')] : []));
    const scans = await scansIn(folderOf(slices));
    expect(scans.map(({ problem }) => problem)).toEqual([`${lost} of 3 slices do not say where they lie`]);
  });

  it('whose slices share one instance UID are one scan', async () => {
    const shared = [0, 2, 4, 6].map((z) => slice(z, [element(0x0008, 0x0018, 'UI', text('1.2.3.9', '\0'))]));
    expect(await outline(...shared)).toEqual([[4, 1, 0]]);
  });
});

describe('nuclear medicine', () => {
  const nuclear = (
    type: string,
    frames: number,
    vectors: readonly Buffer[],
    more: readonly Buffer[] = [],
  ): Written => ({
    sopClass: CLASS.nuclear,
    modality: 'NM',
    frames,
    more: [
      code(0x0008, 0x0008, `ORIGINAL\\PRIMARY\\${type}\\EMISSION`),
      decimal(0x0018, 0x0088, '-3'),
      group([0x0054, 0x0022], ...placed('1\\2\\30')),
      ...vectors,
      ...more,
    ],
  });
  const slices = (...numbers: number[]): Buffer => shorts(0x0054, 0x0080, ...numbers);

  it('reconstructed is a volume, stacked against the normal where the spacing is negative', async () => {
    const scan = await dicom.read(written(nuclear('RECON TOMO', 4, [slices(1, 2, 3, 4)])));
    expect([scan.size, scan.frames, scan.spacing, scan.problem]).toEqual([
      [5, 4, 4],
      1,
      [1, 1, 3],
      undefined,
    ]);
    // Sorted along the normal: the last frame lies lowest.
    expect([scan.affine[2][3], scan.voxels[0], scan.voxels[60]]).toEqual([21, 3, 0]);
  });

  it('reconstructed and gated is a volume at several moments', async () => {
    const gate = group([0x0054, 0x0062], group([0x0054, 0x0063], decimal(0x0018, 0x1063, '100')));
    const vectors = [slices(1, 2, 1, 2, 1, 2), shorts(0x0054, 0x0070, 1, 1, 2, 2, 3, 3)];
    const scan = await dicom.read(written(nuclear('RECON GATED TOMO', 6, vectors, [gate])));
    expect([scan.size[2], scan.frames, scan.frameTime]).toEqual([2, 3, 0.1]);
  });

  it('of two energy windows is two scans; dynamic frames of each are its moments', async () => {
    const phases = group(
      [0x0054, 0x0032],
      element(0x0018, 0x1242, 'IS', text('2000')),
      shorts(0x0054, 0x0033, 3),
      element(0x0054, 0x0038, 'DS', text('0')),
    );
    const vectors = [shorts(0x0054, 0x0010, 1, 1, 1, 2, 2, 2), shorts(0x0054, 0x0100, 1, 2, 3, 1, 2, 3)];
    const scans = await scansIn(folderOf([nuclear('DYNAMIC', 6, vectors, [phases])]));
    expect(
      scans.map(({ size, frames, frameTime, voxels }) => [size[2], frames, frameTime, voxels[0]]),
    ).toEqual([
      [1, 3, 2, 0],
      [1, 3, 2, 3],
    ]);
  });

  it('of raw projections is refused in one line', async () => {
    const scan = await dicom.read(written(nuclear('TOMO', 4, [shorts(0x0054, 0x0050, 1, 1, 1, 1)])));
    expect(scan.problem).toBe('its frames are projections, neither slices nor moments');
  });
});

it('frames of PET follow each other by their reference times', async () => {
  const files = [0, 30_000, 90_000].flatMap((ms, i) =>
    zs.map((z): Written => ({
      modality: 'PT',
      more: [
        ...placed(`0\\0\\${z}`),
        element(0x0020, 0x0013, 'IS', text(String(i))),
        decimal(0x0054, 0x1300, String(ms)),
      ],
    })),
  );
  const [scan] = await scansIn(folderOf(files));
  expect([scan?.frames, scan?.frameTime, scan?.frameTimes]).toEqual([3, 60, [0, 30, 90]]);
});

describe('frames of other classes', () => {
  it('of an ultrasound volume are its slices', async () => {
    const frame = (z: number, offset: number): Buffer[] => [
      group([0x0020, 0x9310], double(0x0020, 0x930d, offset)),
      group([0x0020, 0x930e], double(0x0020, 0x9301, 0, 0, z)),
      group([0x0020, 0x930f], double(0x0020, 0x9302, 1, 0, 0, 0, 1, 0)),
    ];
    const items = [0, 0.5].flatMap((offset) => zs.map((z) => frame(z, offset)));
    const path = written({
      sopClass: CLASS.ultrasoundVolume,
      modality: 'US',
      frames: 6,
      more: [sequence(0x5200, 0x9230, items)],
    });
    const scan = await dicom.read(path);
    expect([scan.size[2], scan.frames, scan.frameTime, scan.problem]).toEqual([3, 2, 0.5, undefined]);
  });

  it('of tiles are no clip', async () => {
    const path = written({ sopClass: CLASS.slide, modality: 'SM', frames: 4 });
    await expect(dicom.read(path)).rejects.toThrow(/file.dcm: is a whole slide: tiles of a slide/);
  });

  it.each([
    ['the class is of moments', { sopClass: CLASS.angiography, modality: 'XA' }, undefined],
    ['pointed at by time', { more: [pointers(0x0028, 0x0009, [0x0018, 0x1063])] }, undefined],
    [
      'a class that has one frame',
      { sopClass: CLASS.mr },
      /does not say whether its 4 frames are slices or moments/,
    ],
    [
      'a class of functional groups',
      { sopClass: CLASS.enhancedMr },
      /lacks the functional groups that say what its 4/,
    ],
    ['a class unknown', { sopClass: '1.2.3.4.5' }, /slices or moments \(class 1.2.3.4.5\)/],
    [
      'pointed at by angle',
      { more: [pointers(0x0028, 0x0009, [0x0018, 0x2003])], sopClass: CLASS.secondaryCapture },
      /its 4 frames are angles/,
    ],
  ])('are moments only where something says so: %s', async (_, fields: Written, problem) => {
    const scan = await dicom.read(written({ frames: 4, ...fields }));
    expect(scan.frames).toBe(4);
    if (problem === undefined) expect(scan.problem).toBeUndefined();
    else expect(scan.problem).toMatch(problem);
  });
});

describe('a header that lies about its frames', () => {
  it.each([
    [100_000, /truncated: its header declares 100000 frames, 40 bytes of pixels are there/],
    [200_000, /declares 200000 frames; at most 131072 are read/],
  ])('is refused before anything is made for each of %i', async (frames, problem) => {
    const more = [
      element(0x0028, 0x0008, 'IS', text(String(frames))),
      shorts(0x0028, 0x0010, 1),
      shorts(0x0028, 0x0011, 1),
    ];
    const path = written({ sopClass: CLASS.ultrasound, modality: 'US', more });
    await expect(dicom.read(path)).rejects.toThrow(problem);
    await expect(dicom.facts?.(path, (text_) => text_)).rejects.toThrow(problem);
  });
});

describe('the times of a clip', () => {
  const clip = (...more: Buffer[]): Promise<RawScan> =>
    dicom.read(written({ sopClass: CLASS.ultrasound, modality: 'US', frames: 3, more }));
  it.each([
    ['a frame time of 0 gives way to the cine rate', ['0', '25', null], 0.04],
    ['and that to the recommended rate', ['0', null, '20'], 0.05],
    ['a rate of 0 too', ['0', '0', '20'], 0.05],
    ['a frame time that is stated wins', ['40', '10', '20'], 0.04],
    ['nothing is nothing', ['0', null, null], null],
  ])('%s', async (_, [time, cine, recommended], expected) => {
    const more = [
      decimal(0x0018, 0x1063, time as string),
      ...(cine == null ? [] : [element(0x0018, 0x0040, 'IS', text(cine))]),
      ...(recommended == null ? [] : [element(0x0008, 0x2144, 'IS', text(recommended))]),
    ];
    const { frameTime } = await clip(...more);
    expect(frameTime === null ? null : Number(frameTime.toFixed(6))).toBe(expected);
  });

  it('a vector of zeros gives way to the cine rate', async () => {
    const { frameTime } = await clip(
      decimal(0x0018, 0x1065, '0\\0\\0'),
      element(0x0018, 0x0040, 'IS', text('25')),
    );
    expect(frameTime).toBeCloseTo(0.04, 9);
  });
});

describe('pixels', () => {
  it.each([
    ['taller than wide', '4\\3', 0.75],
    ['square', '1\\1', 1],
    ['of no shape', '0\\1', 1],
  ])('that are %s keep their shape where their size is not known', async (_, ratio, width) => {
    const more = [element(0x0028, 0x0030, 'DS', text('')), element(0x0028, 0x0034, 'IS', text(ratio))];
    const fields: Written = {
      sopClass: CLASS.ultrasound,
      modality: 'US',
      frames: 3,
      more,
      rows: 24,
      columns: 24,
    };
    const pixels = Array.from({ length: 3 * 24 * 24 }, (__, i) => i % 24);
    const scan = await dicom.read(written({ ...fields, pixels }));
    expect([scan.calibrated, scan.spacing]).toEqual([false, [width, 1, 1]]);
    expect(prepare('clip', scan, transformsOf(options))[0]?.shape).toEqual([1, 3, 24, 24 * width]);
  });

  it('whose size is known have the shape that follows from it', async () => {
    const more = [element(0x0028, 0x0034, 'IS', text('4\\3'))];
    expect((await dicom.read(written({ more }))).spacing.slice(0, 2)).toEqual([1, 1]);
  });

  it.each([
    ['unsigned', 0, [0, 1, 2048, 4095]],
    ['signed', 1, [0, 1, -2048, -1]],
  ])('of 12 bits in the upper ones of 16 are read without what lies below, %s', async (_, sign, values) => {
    const words = values.map((value) => (((value & 0xfff) << 4) | 0x5) >>> 0);
    const more = [shorts(0x0028, 0x0101, 12), shorts(0x0028, 0x0102, 15), shorts(0x0028, 0x0103, sign)];
    const scan = await dicom.read(written({ rows: 1, columns: 4, pixels: words, more }));
    expect([...scan.voxels]).toEqual(values);
  });

  it.each([
    ['overlays in the bits above', 11, [0x7123 & 0xfff, 0x123]],
    ['a highest bit that can not be', 3, [0x123, 0x123]],
  ])('of 12 bits are read beside %s', async (_, highBit, values) => {
    const more = [shorts(0x0028, 0x0101, 12), shorts(0x0028, 0x0102, highBit)];
    const scan = await dicom.read(written({ rows: 1, columns: 2, pixels: [0x7123, 0xf123], more }));
    expect([...scan.voxels]).toEqual(values);
  });
});

const field = fileURLToPath(new URL('../../../../../shared/data/field', import.meta.url));
const there = existsSync(field);
describe.skipIf(!there)(`files from bug reports ${there ? '' : '(needs shared/data)'}`, () => {
  const shapes = async (name: string): Promise<(readonly number[])[]> =>
    (await scansIn(join(field, name))).map(({ size, frames }) => [...size, frames]);

  it('hold the scans that a classic series would be', async () => {
    expect(await shapes('enhanced_phase_before_magnitude')).toEqual([
      [32, 32, 10, 1],
      [32, 32, 10, 1],
    ]);
    expect(await shapes('enhanced_axial_plus_one_sagittal')).toEqual([
      [32, 32, 10, 1],
      [32, 32, 1, 1],
    ]);
    expect(await shapes('orientation_jitter')).toEqual([[32, 32, 10, 1]]);
    expect(await shapes('pixel_spacing_varies')).toEqual([
      [32, 32, 5, 1],
      [32, 32, 5, 1],
    ]);
  });

  it('of nuclear medicine are a volume', async () => {
    const [scan] = await scansIn(join(field, 'nm_recon_tomo'));
    expect([scan?.size, scan?.frames, scan?.spacing[2]]).toEqual([[32, 32, 10], 1, 2]);
  });
});
