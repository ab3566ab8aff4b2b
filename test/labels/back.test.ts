/** Labels that go back to annotation programs: written, looked at by pydicom, DCMTK and dciodvfy, and read again to the same. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsPython, python, runPython } from '../support/python.js';
import { home, picture, type Home, type Labelled } from './labelling.js';
import { made, rtstructBytes, segBytes, writeScan } from './made-scans.js';
import { mdaiProject, MODES, SECRETS } from './mdai-project.js';

let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

const oblique = made({
  study: '1.2.9',
  series: '1.2.9.1',
  right: [Math.cos(0.4), Math.sin(0.4), 0],
  down: [0, 0, -1],
  spacing: [0.7, 1.3, 2.5],
  origin: [31.4, -20.2, 77.7],
  frameOfReference: '1.2.9.7',
});
const axial = made({ frameOfReference: '1.2.3.7' });
const clip = made({ study: '1.2.5', series: '1.2.5.1', frames: 5, slices: 1, patient: 'P5' });

const voxels = async ({ mask, rows }: Labelled): Promise<number[][]> =>
  Promise.all(rows.map(async (_, row) => [...(await mask(row)).voxels].map(Number)));

/** Rings, islands within holes, and noise. */
const difficult = (x: number, y: number, slice: number): number => {
  const from = Math.max(Math.abs(x - 5), Math.abs(y - 5));
  return slice === 2 ? ((x * 5 + y * 3) % 7 < 3 ? 1 : 0) : from % 2 === 0 && from < 5 ? 1 : 0;
};
const scanned = { axial, oblique } as const;

/** A segmentation of the scan by two labels, read into a manifest. */
async function manifestOf(scan: typeof axial): Promise<Labelled> {
  writeScan(here.at('scans'), scan);
  const seg = segBytes(scan, {
    creator: 'Roe^Jane',
    segments: [
      { label: 'Läsion', slices: [1, 2], value: difficult },
      { label: 'rim', slices: [0], value: (x, y) => (x > 9 && y !== 4 ? 1 : 0) },
    ],
  });
  return here.run([here.write('first.dcm', seg)]);
}

describe.each(['axial', 'oblique'] as const)('masks of a volume, %s', (name) => {
  it('come back from DICOM SEG the same, with names and readers', async () => {
    const first = await manifestOf(scanned[name]);
    const folder = here.at('seg');
    await here.give([first.csv], { output: folder, to: 'dicom-seg' });
    expect(readdirSync(folder)).toEqual(['00001.dcm']);
    const again = await here.run([folder]);
    expect(again.outcome.labels).toEqual(first.outcome.labels);
    expect(again.rows[0]).toMatchObject({ reader: 'reader-1', source: 'dicom-seg' });
    expect(await voxels(again)).toEqual(await voxels(first));
    // The same is written again, byte for byte.
    await here.give([first.csv], { output: here.at('seg-2'), to: 'dicom-seg' });
    expect(
      readFileSync(here.at('seg-2', '00001.dcm')).equals(readFileSync(here.at('seg', '00001.dcm'))),
    ).toBe(true);
  });

  it('come back from MD.ai the same, with holes, islands and noise', async () => {
    const first = await manifestOf(scanned[name]);
    await here.give([first.csv], { output: here.at('out.json'), to: 'mdai' });
    const again = await here.run([here.at('out.json')], { absentIsNegative: true });
    expect(again.outcome.labels).toEqual(first.outcome.labels);
    expect(await voxels(again)).toEqual(await voxels(first));
  });
});

describe('what goes back', () => {
  it('has the frames of clips by their number, in either', async () => {
    writeScan(here.at('scans'), clip);
    const drawn = [1, 3].map((slice) => ({ label: 'vessel', scan: clip, slice, data: MODES.mask }));
    const project = here.write('a.json', mdaiProject([{ name: 'vessel', mode: 'mask' }], [drawn]));
    const first = await here.run([project], { absentIsNegative: true });
    await here.give([project], { output: here.at('out.json'), to: 'mdai' });
    await here.give([first.csv], { output: here.at('seg'), to: 'dicom-seg' });
    const frames = (
      JSON.parse(readFileSync(here.at('out.json'), 'utf8')) as {
        datasets: { annotations: { frameNumber: number }[] }[];
      }
    ).datasets[0]?.annotations.map(({ frameNumber }) => frameNumber);
    expect(frames).toEqual([1, 3]);
    for (const file of [here.at('out.json'), here.at('seg')]) {
      const again = await here.run([file], { absentIsNegative: true });
      expect(await voxels(again), file).toEqual(await voxels(first));
    }
  });

  it('has every mode of MD.ai as the pixels that it marks, and no note, name or address', async () => {
    writeScan(here.at('scans'), axial);
    const modes = Object.keys(MODES) as (keyof typeof MODES)[];
    for (const mode of modes) {
      const project = here.write(
        `${mode}.json`,
        mdaiProject([{ name: mode, mode }], [[{ label: mode, scan: axial, slice: 1, data: MODES[mode] }]]),
      );
      await here.give([project], { output: here.at(`${mode}-out.json`), to: 'mdai' });
      const text = readFileSync(here.at(`${mode}-out.json`), 'utf8');
      for (const secret of [...SECRETS, 'U_1']) expect(text).not.toContain(secret);
      const [first, again] = [await here.run([project]), await here.run([here.at(`${mode}-out.json`)])];
      expect(picture(await again.mask(), 1), mode).toEqual(picture(await first.mask(), 1));
    }
  });
});

describe('labels of whole scans', () => {
  it('go back as labels of their series, with the ids of a project', async () => {
    writeScan(here.at('scans'), axial);
    writeScan(here.at('scans'), clip);
    const table = here.write(
      't.csv',
      `SeriesInstanceUID,label\n${axial.series},normal\n${clip.series},effusion\n`,
    );
    const project = here.write('project.json', mdaiProject([{ name: 'effusion' }], []));
    await here.give([table], { output: here.at('out.json'), to: 'mdai', project });
    const text = readFileSync(here.at('out.json'), 'utf8');
    expect(text).toContain('"labelId":"L_effusion"');
    const [first, again] = [await here.run([table]), await here.run([here.at('out.json')])];
    const said = ({ rows }: Labelled): unknown => rows.map(({ path, label }) => [path, label]);
    expect(said(again)).toEqual(said(first));
    await expect(here.give([table], { output: here.at('seg'), to: 'dicom-seg' })).rejects.toThrow(
      /labels of whole scans, which are no segmentation/,
    );
    expect(existsSync(here.at('seg'))).toBe(false);
  });

  it('are the likeliest class of a table of predictions, where asked', async () => {
    writeScan(here.at('scans'), axial);
    writeScan(here.at('scans'), clip);
    const rows = [
      ['path', 'label', 'p_normal', 'p_effusion', 'raw_p_normal'],
      [axial.series, 'effusion', '0.8', '0.2', '0.1'],
      [`${clip.series}/0-0.dcm`, 'effusion', '0.3', '0.7', '0.9'],
    ];
    const table = here.write('predictions.csv', `${rows.map((row) => row.join(',')).join('\n')}\n`);
    const { rows: predicted } = await here.run([table], { predicted: true });
    expect(predicted.map(({ label }) => label)).toEqual(['normal', 'effusion']);
    expect((await here.run([table])).rows.map(({ label }) => label)).toEqual(['effusion', 'effusion']);
  });

  it('are not written into what is there, or is named for another kind', async () => {
    writeScan(here.at('scans'), axial);
    const table = here.write('t.csv', `SeriesInstanceUID,label\n${axial.series},normal\n`);
    await expect(here.give([table], { output: here.at('a.csv'), to: 'mdai' })).rejects.toThrow(/\.json/);
    await expect(here.give([table], { output: here.at('a.dcm'), to: 'dicom-seg' })).rejects.toThrow(
      /name a folder/,
    );
    await expect(here.give([table], { output: here.at('scans'), to: 'dicom-seg' })).rejects.toThrow(
      /is there already/,
    );
  });
});

describe('a segmentation that goes back', () => {
  const installed = (program: string): boolean =>
    spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

  it.skipIf(python === undefined)(
    `is to pydicom what it is to us, and right to DCMTK and dciodvfy ${needsPython}`,
    async (context) => {
      const first = await manifestOf(oblique);
      await here.give([first.csv], { output: here.at('seg'), to: 'dicom-seg' });
      const file = here.at('seg', '00001.dcm');
      // Millimetres of marked voxels by segment, of what was written and of the first segmentation, which another writer made.
      const script = `
import sys, numpy as np
try:
    import pydicom
except ImportError:
    print("absent"); sys.exit()
def points(path):
    seg = pydicom.dcmread(path)
    shared = seg.SharedFunctionalGroupsSequence[0]
    o = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    dy, dx = map(float, shared.PixelMeasuresSequence[0].PixelSpacing)
    found = []
    for frame, pixels in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array):
        p = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float)
        n = frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        name = {s.SegmentNumber: s.SegmentLabel for s in seg.SegmentSequence}[n]
        for y, x in np.argwhere(pixels):
            found.append((*np.round(p + x * dx * o[:3] + y * dy * o[3:], 3), name))
    return seg, sorted(found)
a, first = points(sys.argv[1]); b, second = points(sys.argv[2])
close = len(first) == len(second) and all(x[3] == y[3] and np.allclose(x[:3], y[:3], atol=2e-3) for x, y in zip(first, second))
print(len(second), close, a.StudyInstanceUID == b.StudyInstanceUID, b.ContentCreatorName, b.FrameOfReferenceUID)
`;
      const printed = runPython(script, [here.at('first.dcm'), file]).trim();
      if (printed === 'absent') return context.skip('needs pydicom');
      expect(printed).toMatch(/^[1-9]\d+ True True reader-1 1\.2\.9\.7$/);
      if (installed('dcmdump')) execFileSync('dcmdump', ['-q', file], { stdio: 'pipe' });
      if (!installed('dciodvfy')) return;
      const { stderr } = spawnSync('dciodvfy', [file], { encoding: 'utf8' });
      expect(stderr.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
    },
  );

  it('of contours has the pixels whose centres lie inside', async () => {
    writeScan(here.at('scans'), axial);
    const square = [1.5, 6.5].flatMap((x, at) =>
      (at === 0 ? [1.5, 4.5] : [4.5, 1.5]).map((y) => [x, y, 1] as const),
    );
    const file = here.write('rs.dcm', rtstructBytes(axial, { organ: [{ vertices: square }] }));
    const first = await here.run([file]);
    await here.give([file], { output: here.at('seg'), to: 'dicom-seg' });
    expect(await voxels(await here.run([here.at('seg')]))).toEqual(await voxels(first));
    expect(picture(await first.mask(), 1)[2]).toBe('..11111.....');
  });
});
