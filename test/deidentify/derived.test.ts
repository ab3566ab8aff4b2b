/**
 * Arrays and video of de-identified scans: the same volumes as the DICOM files, by independent readers too, in the same split;
 * nothing else in the folder, and nothing left of who they are.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  deidentificationCounts,
  deidentify,
  type DeidentifyOptions,
  type DeidentifyOutcome,
} from '../../src/api/deidentify.js';
import { readTable, type TableRow } from '../../src/scans/folder/table.js';
import { nodeAvEntry } from '../../src/scans/formats/video/node-av.js';
import { loadScanSet } from '../../src/scans/load.js';
import { ScanOptions } from '../../src/scans/options.js';
import { describeScans } from '../../src/scans/describe.js';
import { hasFfmpeg } from '../support/scans/ffmpeg.js';
import { madeFile, slice, us, type MadeElement } from './made-file.js';
import { plantedFile } from './planter.js';

const home = mkdtempSync(join(tmpdir(), 'voxolve-derived-'));
const at = (...names: string[]): string => join(home, ...names);
const cacheDirectory = at('cache');
afterAll(() => rmSync(home, { recursive: true, force: true }));

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const words = (values: readonly number[]): Buffer => Buffer.from(Int16Array.from(values).buffer);

function put(name: string, more: readonly MadeElement[]): void {
  mkdirSync(dirname(at('in', name)), { recursive: true });
  writeFileSync(at('in', name), madeFile({ form: 'explicit', elements: slice('explicit', more) }));
}

const PADDING = -2000;

/** Slices that lie obliquely, from behind to front, with padding in a corner. */
function putVolume(patient: string, series: string, missing?: number): void {
  const [rows, columns] = [9, 12];
  for (let z = 0; z < 6; z++) {
    if (z === missing) continue;
    const pixels = Array.from({ length: rows * columns }, (_, i) =>
      i < 3 ? PADDING : 900 + ((i * 53 + z * 197 + i * Number(series)) % 400),
    );
    put(`${patient}/${series}-${z}.dcm`, [
      [0x00080018, 'UI', `1.2.9.${series}.${z + 1}`],
      [0x00100020, 'LO', patient],
      [0x0020000d, 'UI', `1.2.8.${patient.length}${series}`],
      [0x0020000e, 'UI', `1.2.7.${series}`],
      [0x00180050, 'DS', '2.5'],
      [0x00200032, 'DS', `10.5\\${-20 + 2.4 * z}\\${30 + 0.7 * z}`],
      [0x00200037, 'DS', '-1\\0\\0\\0\\0.28\\-0.96'],
      [0x00280010, 'US', us(rows)],
      [0x00280011, 'US', us(columns)],
      [0x00280030, 'DS', '0.8\\0.6'],
      [0x00280101, 'US', us(12)],
      [0x00280102, 'US', us(11)],
      [0x00280103, 'US', us(1)],
      [0x00280120, 'SS', words([PADDING])],
      [0x00281052, 'DS', '-1024'],
      [0x00281053, 'DS', '1'],
      [0x7fe00010, 'OW', words(pixels)],
    ]);
  }
}

const [width, height, frames] = [24, 18, 6];
const greyAt = (frame: number, i: number): number => (i * 5 + frame * 31 + (i >> 4)) % 251;

/** A clip of angiography: of 8 bits at one rate, or of 12 bits at times of its own. */
function putClip(patient: string, series: string, bits: 8 | 12): void {
  const values = Array.from({ length: frames * width * height }, (_, i) => {
    const grey = greyAt(Math.floor(i / (width * height)), i % (width * height));
    return bits === 8 ? grey : grey * 16 + 3;
  });
  put(`${patient}/${series}.dcm`, [
    [0x00080016, 'UI', `${STORAGE}12.1`],
    [0x00080018, 'UI', `1.2.9.${series}`],
    [0x00080060, 'CS', 'XA'],
    [0x00100020, 'LO', patient],
    [0x00101010, 'AS', '093Y'],
    [0x0020000d, 'UI', `1.2.8.${series}`],
    [0x0020000e, 'UI', `1.2.7.${series}`],
    bits === 8 ? [0x00181063, 'DS', '33.3333'] : [0x00181065, 'DS', '0\\40\\40\\120\\40\\45'],
    [0x00280008, 'IS', String(frames)],
    [0x00280010, 'US', us(height)],
    [0x00280011, 'US', us(width)],
    [0x00280034, 'IS', '2\\3'],
    [0x00280100, 'US', us(bits === 8 ? 8 : 16)],
    [0x00280101, 'US', us(bits)],
    [0x00280102, 'US', us(bits - 1)],
    [0x7fe00010, bits === 8 ? 'OB' : 'OW', bits === 8 ? Buffer.from(values) : words(values)],
  ]);
}

async function run(
  to: 'dicom' | 'npy' | 'video',
  more: Partial<DeidentifyOptions> = {},
): Promise<DeidentifyOutcome> {
  return deidentify({
    input: at('in'),
    output: at(to),
    key: at('key'),
    options: ['retain-patient'],
    to,
    ...more,
  });
}

function tree(folder: string): Record<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

const rowsOf = (to: string): TableRow[] => readTable(at(to, 'metadata.csv'));

/** Prepared volumes of a folder by patient and modality, and which side each patient is on. */
async function seen(to: string, modalities: readonly string[]) {
  const options = ScanOptions.parse({ manifest: 'metadata.csv', spacing: 1, cine: { frameTime: 0.03 } });
  const volumes = new Map<string, unknown>();
  const names: string[] = [];
  const prepared: unknown[] = [];
  const { series } = await describeScans(at(to), options, {
    cacheDirectory,
    onPrepared: async ([volume], name) => {
      names.push(name);
      prepared.push(volume);
      return Promise.resolve();
    },
  });
  for (const { path, patient, modality, prepared: ready, frame_time_s: seconds } of series)
    if (ready !== null && modalities.includes(modality ?? ''))
      volumes.set(`${patient} ${modality} ${seconds}`, prepared[names.indexOf(path)]);
  const { report } = await loadScanSet(at(to), options, { seed: 3, cacheDirectory });
  const sides = new Map(report.used.map(({ owner, split }) => [owner, split]));
  return { volumes, sides };
}

beforeAll(() => {
  mkdirSync(at('in'));
  writeFileSync(at('key'), Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)), { mode: 0o600 });
  for (const [i, patient] of ['Anna-1', 'Berta-22', 'Clara-333'].entries()) putVolume(patient, `1${i}`);
  putVolume('Dora-4444', '19', 3);
  putClip('Anna-1', '21', 8);
  putClip('Emma-55555', '22', 12);
  put('Emma-55555/plan.dcm', [
    [0x00080016, 'UI', `${STORAGE}481.3`],
    [0x00080018, 'UI', '1.2.9.31'],
    [0x00080060, 'CS', 'RTSTRUCT'],
    [0x00100020, 'LO', 'Emma-55555'],
    [0x0020000d, 'UI', '1.2.8.31'],
    [0x0020000e, 'UI', '1.2.7.31'],
  ]);
});

describe('arrays of de-identified scans', () => {
  let outcome: DeidentifyOutcome;
  beforeAll(async () => {
    await run('dicom');
    outcome = await run('npy', { report: at('report') });
  });

  it('are one for each volume or clip, counted, and what is none is held back', () => {
    expect(deidentificationCounts(outcome)).toMatchObject({
      files: { written: 5, sources: 20, duplicates: 0, quarantined: { incomplete: 5, 'no-scan': 1 } },
    });
    const files = Object.keys(tree(at('npy')));
    expect(files).toHaveLength(6);
    for (const name of files) expect(name).toMatch(/^(metadata\.csv|2\.25\.\d+\/2\.25\.\d+\.npy)$/);
    const report = tree(at('report'));
    expect(JSON.parse(report['report.json']?.toString() ?? '')).toMatchObject(
      deidentificationCounts(outcome),
    );
    expect(Object.keys(report).filter((name) => name.endsWith('-incomplete'))).toHaveLength(5);
    expect(report['report.json']?.toString()).not.toMatch(/Anna|Dora|1\.2\.|2\.25|\.dcm|\/tmp/);
    expect(readdirSync(home).sort()).toEqual(['dicom', 'in', 'key', 'npy', 'report']);
  });

  it('have the same bytes each time', async () => {
    await run('npy', { output: at('again') });
    expect(tree(at('again'))).toEqual(tree(at('npy')));
    rmSync(at('again'), { recursive: true });
  });

  it('become the same volumes as the DICOM files, in the same split of patients', async () => {
    const modalities = ['CT', 'XA'];
    const [dicom, npy] = [await seen('dicom', modalities), await seen('npy', modalities)];
    expect(npy.volumes.size).toBe(5);
    for (const [name, volume] of npy.volumes) expect(dicom.volumes.get(name), name).toEqual(volume);
    expect(npy.sides.size).toBe(4);
    expect(npy.sides).toEqual(dicom.sides);
  });

  it('have rows that say what the arrays do not, with ages capped at 90', () => {
    const rows = rowsOf('npy');
    const volume = rows.find(({ modality }) => modality === 'CT');
    expect(volume).toMatchObject({
      frames: '1',
      values: 'int16',
      axes: 'zyx',
      padding: `${PADDING - 1024} ${PADDING - 1024}`,
      sex: '',
      manufacturer_model: '',
    });
    const clips = rows.filter(({ modality }) => modality === 'XA');
    expect(clips.map((row) => [row['values'], row['age_years']]).sort()).toEqual([
      ['int16', '90'],
      ['uint8', '90'],
    ]);
    const times = clips.flatMap(({ frame_times_s: cell = '' }) => (cell === '' ? [] : cell.split(' ')));
    for (const [i, seconds] of [0, 0.04, 0.08, 0.2, 0.24, 0.285].entries())
      expect(Number(times[i])).toBeCloseTo(seconds, 9);
    expect(times).toHaveLength(6);
  });

  const python = '/usr/bin/python3';
  it.skipIf(!importable(python, 'numpy, pydicom'))('hold at each place what pydicom finds there', () => {
    const script = fileURLToPath(new URL('find_places.py', import.meta.url));
    const checked = execFileSync(python, [script, home], { encoding: 'utf8' });
    expect(Number(checked)).toBe(3 * 6 * 9 * 12);
  });
});

describe.skipIf(nodeAvEntry() === null)('video of de-identified clips', () => {
  let outcome: DeidentifyOutcome;
  beforeAll(async () => {
    outcome = await run('video');
  });
  afterAll(() => rmSync(at('video'), { recursive: true, force: true }));

  it('is lossless, and holds back what is no clip', () => {
    expect(deidentificationCounts(outcome)).toMatchObject({
      files: { written: 2, sources: 2, quarantined: { incomplete: 5, 'no-scan': 1, 'not-a-clip': 18 } },
      video: { codec: 'ffv1', lossless: 2, lossy: 0 },
    });
    for (const name of Object.keys(tree(at('video'))))
      expect(name).toMatch(/^(metadata\.csv|2\.25\.\d+\/2\.25\.\d+\.mkv)$/);
  });

  it('becomes the same volumes as the DICOM files', async () => {
    const [dicom, video] = [await seen('dicom', ['XA']), await seen('video', ['XA'])];
    expect(video.volumes.size).toBe(2);
    expect(video.volumes).toEqual(dicom.volumes);
  });

  it.skipIf(!hasFfmpeg)('has the pixels of the files by another FFmpeg, and nothing of them besides', () => {
    for (const { file = '', values } of rowsOf('video')) {
      const path = at('video', file);
      const format = values === 'uint8' ? 'gray' : 'gray16le';
      const pixels = execFileSync('ffmpeg', [
        ...['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', format, '-'],
      ]);
      const found =
        values === 'uint8'
          ? pixels
          : new Uint16Array(new Uint8Array(pixels).buffer).map((value) => (value - 3) / 16);
      expect([...found]).toEqual(
        Array.from({ length: frames * width * height }, (_, i) =>
          greyAt(Math.floor(i / (width * height)), i % (width * height)),
        ),
      );
      const tags = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format_tags:stream_tags', path]);
      expect(tags.toString().match(/TAG:\w+/g)).toEqual(['TAG:DURATION', 'TAG:encoder']);
    }
  });
});

describe('secrets that were planted in a clip', () => {
  const clip: MadeElement[] = [
    [0x00080016, 'UI', `${STORAGE}12.1`],
    [0x00080060, 'CS', 'XA'],
    [0x00180050, 'DS', '1'],
    [0x00181063, 'DS', '40'],
    [0x00280008, 'IS', '4'],
    [0x00280010, 'US', us(16)],
    [0x00280011, 'US', us(16)],
    [
      0x7fe00010,
      'OW',
      Buffer.from(Array.from({ length: 2048 }, (_, i) => (i % 2 === 0 ? (i * 7) % 256 : 0))),
    ],
  ];
  const forms = ['npy', ...(nodeAvEntry() === null ? [] : (['video'] as const))] as const;
  it.each(forms)('are gone from %s, its table, names and report', async (to) => {
    const input = at(`secret-${to}`);
    const { bytes, secrets } = plantedFile('explicit', 'V', {}, clip);
    mkdirSync(input);
    writeFileSync(join(input, `${secrets.planted[0]}.dcm`), bytes);
    const [output, report] = [at(`${to}-clean`), at(`${to}-report`)];
    const options = ['modify-dates', 'clean-descriptors', 'clean-structured', 'clean-graphics'];
    const outcome = await run(to, { input, output, report, options });
    expect(outcome).toMatchObject({ written: 1, quarantined: {} });
    const files = [...Object.entries(tree(output)), ...Object.entries(tree(report))];
    expect(files).toHaveLength(3);
    const all = [
      JSON.stringify(outcome),
      ...files.flatMap(([name, content]) => [name, content.toString('latin1')]),
    ].join('\n');
    expect(secrets.planted.length).toBeGreaterThanOrEqual(700);
    expect([...secrets.planted, 'Doe', 'P-001'].filter((secret) => all.includes(secret))).toEqual([]);
  });
});

describe('a folder of arrays or video', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.skipIf(isInstalledBeside())('is not begun where the package that writes video is missing', async () => {
    vi.stubEnv('VOXOLVE_NODE_AV', undefined);
    await expect(run('video', { output: at('none') })).rejects.toThrow('npm install node-av');
    expect(readdirSync(home).filter((name) => name.includes('none'))).toEqual([]);
  });

  it('takes away what a killed run left, and not what belongs to a run that goes on', async () => {
    const dead = at('.swept.4194303-0123456789abcdef.unfinished');
    const alive = at(`.swept.${process.ppid}-0123456789abcdef.unfinished`);
    const other = at('.swept2.4194303-0123456789abcdef.unfinished');
    for (const folder of [dead, alive, other]) {
      mkdirSync(join(folder, 'dicom'), { recursive: true });
      writeFileSync(join(folder, 'dicom', 'a.dcm'), 'Doe');
    }
    await run('npy', { output: at('swept') });
    expect([dead, alive, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
    for (const folder of [alive, other]) rmSync(folder, { recursive: true });
  });
});

function importable(command: string, modules: string): boolean {
  try {
    execFileSync(command, ['-c', `import ${modules}`], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** True if node-av is found without the variable that names its folder. */
function isInstalledBeside(): boolean {
  vi.stubEnv('VOXOLVE_NODE_AV', undefined);
  const isFound = nodeAvEntry() !== null;
  vi.unstubAllEnvs();
  return isFound;
}
