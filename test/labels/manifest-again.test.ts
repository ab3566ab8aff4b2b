/** A manifest that `labels` wrote is read by `labels` to the same: names, what is unknown, scans on which nothing is marked. */
import { cpSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeNifti } from '../support/scans/nifti-file.js';
import { home, picture, type Home, type Labelled } from './labelling.js';
import { made, segBytes, writeScan } from './made-scans.js';
import { mdaiProject } from './mdai-project.js';

let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

const scan = made();
const other = made({ study: '1.2.4', series: '1.2.4.1', patient: 'P2' });
const voxels = async ({ mask, rows }: Labelled): Promise<number[][]> =>
  Promise.all(rows.map(async (_, row) => [...(await mask(row)).voxels].map(Number)));

describe('a manifest of masks', () => {
  it('is read again to the same masks, names and numbers, with what is unknown', async () => {
    for (const each of [scan, other]) writeScan(here.at('scans'), each);
    const box = (x: number): object => ({ x, y: 2, width: 4, height: 3 });
    const two = ['U_1', 'U_2'].map((reader, at) => ({
      label: 'tumour, large',
      scan,
      slice: 1,
      reader,
      data: box(1 + at),
    }));
    const one = { label: 'cyst', scan: other, slice: 2, data: box(5) };
    const project = mdaiProject(
      ['tumour, large', 'cyst'].map((name) => ({ name, mode: 'bbox' })),
      [[...two, one]],
    );
    const first = await here.run([here.write('a.json', project)], { readers: 'majority' });
    expect(picture(await first.mask(), 1)[2]).toBe('.?222?......');
    const again = await here.run([first.csv]);
    expect(again.outcome.labels).toEqual(first.outcome.labels);
    expect(again.rows.map(({ path }) => path)).toEqual(first.rows.map(({ path }) => path));
    expect(await voxels(again)).toEqual(await voxels(first));
    // The folder of masks holds the table of classes as well, which names no scan.
    const folder = await here.run([first.csv.replace(/\.csv$/, '-masks')]).catch(String);
    expect(folder).toMatch(/its grid fits 2 scans/);
  });

  it('holds scans on which a mask of the whole marks nothing, whatever labels are chosen', async () => {
    mkdirSync(here.at('scans'));
    for (const name of ['ill', 'well'])
      writeNifti(here.at('scans', `${name}.nii.gz`), { size: [4, 3, 2], value: (x) => x });
    writeNifti(here.at('ill_seg.nii.gz'), { size: [4, 3, 2], value: (x) => (x === 1 ? 1 : x === 2 ? 2 : 0) });
    writeNifti(here.at('well_seg.nii.gz'), { size: [4, 3, 2], value: () => 0 });
    const files = [here.at('ill_seg.nii.gz'), here.at('well_seg.nii.gz')];
    const { rows, mask, outcome } = await here.run(files);
    expect(rows.map(({ path }) => path)).toEqual(['scans/ill.nii.gz', 'scans/well.nii.gz']);
    expect(outcome.scans).toBe(2);
    expect(picture(await mask(1), 0)).toEqual(['....', '....', '....']);
    const chosen = await here.run(files, { labels: ['2'] });
    expect(picture(await chosen.mask(0), 0)[0]).toBe('..2.');
    expect(chosen.rows).toHaveLength(2);
  });
});

describe('the scan of a mask of another name', () => {
  it('is the one that the mask covers, not one whose voxels lie a step beside', async () => {
    mkdirSync(here.at('scans'));
    mkdirSync(here.at('masks'));
    const shifted = (step: number): number[][] => [
      [1, 0, 0, step],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ];
    const size = [4, 3, 2];
    for (const step of [0, 1, 2]) {
      writeNifti(here.at('scans', `scan${step}.nii.gz`), { size, affine: shifted(step), value: (x) => x });
      const value = (x: number): number => (x === step ? 1 : 0);
      writeNifti(here.at('masks', `drawn${step}.nii.gz`), { size, affine: shifted(step), value });
    }
    const { rows, mask } = await here.run([here.at('masks')]);
    expect(rows.map(({ path }) => path)).toEqual([0, 1, 2].map((step) => `scans/scan${step}.nii.gz`));
    expect(picture(await mask(1), 0)[0]).toBe('.1..');
  });
});

describe('voxels that a mask calls unknown', () => {
  it('are left to the other readers, and count in no agreement', async () => {
    writeScan(here.at('scans'), scan);
    const seg = segBytes(scan, {
      segments: [{ label: '1', slices: [0, 1], value: (x) => (x < 4 ? 1 : 0) }],
    });
    const first = await here.run([here.write('a.dcm', seg)]);
    const written = first.csv.replace(/\.csv$/, '-masks/00001.nii.gz');
    cpSync(written, here.at('one.nii.gz'));
    const found = await first.mask();
    const { size, affine } = found;
    // The second reader says nothing of columns 2 and 3, nor of slices 1 to 3; the first drew columns 0 to 3.
    writeNifti(here.at('two.nii.gz'), {
      size: [...size],
      affine: affine.map((row) => [...row]),
      value: (x, _, z) => (z > 0 || x === 2 || x === 3 ? -1 : x < 2 ? 1 : 0),
    });
    const { mask, outcome } = await here.run([here.at('one.nii.gz'), here.at('two.nii.gz')], {
      readerPerFile: true,
      readers: 'majority',
    });
    expect(await voxels({ ...first, mask, rows: [{}] })).toEqual(await voxels(first));
    expect(outcome.agreement.dice).toMatchObject([{ label: '1', mean: 1, scans: 1 }]);
    expect(outcome.remarks).toEqual([]);
  });
});
