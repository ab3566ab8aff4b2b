/** COCO, NIfTI masks and tables, told apart by what they hold; and input that is wrong or hostile. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runsOfText } from '../../src/labels/sources/run-lengths.js';
import { writeNifti } from '../support/scans/nifti-file.js';
import { home, picture, type Home } from './labelling.js';
import { made, writeScan } from './made-scans.js';
import { mdaiProject } from './mdai-project.js';

let here: Home;
beforeEach(() => {
  here = home();
  mkdirSync(here.at('scans'));
});
afterEach(() => here.remove());

/** Run lengths as COCO compresses them: `rleToString` of `maskApi.c`, written anew. */
function compressed(runs: readonly number[]): string {
  let text = '';
  runs.forEach((run, i) => {
    let value = i > 2 ? run - (runs[i - 2] ?? 0) : run;
    for (let more = true; more;) {
      const bits = value & 31;
      value >>= 5;
      more = (bits & 16) !== 0 ? value !== -1 : value !== 0;
      text += String.fromCharCode(48 + bits + (more ? 32 : 0));
    }
  });
  return text;
}

const slice = made({ slices: 1 });
const coco = (segmentation: unknown, more: object = {}): object => ({
  images: [{ id: 1, file_name: `deep/${slice.series}.1.png`, width: 12, height: 10 }],
  categories: [{ id: 7, name: 'lesion' }],
  annotations: [{ id: 5, image_id: 1, category_id: 7, segmentation, ...more }],
});

describe('COCO', () => {
  // Columns first: 3 zeros, then 4 ones in the first column, 3 + 10 zeros, then 2 ones in the third.
  const RUNS = [3, 4, 13, 2, 98];
  const marked = (lines: readonly string[]): string[] =>
    lines.flatMap((line, y) => [...line].flatMap((value, x) => (value === '1' ? [`${x},${y}`] : [])));

  it.each([
    ['run lengths', { size: [10, 12], counts: RUNS }, ['0,3', '2,0', '2,1', '0,4', '0,5', '0,6']],
    [
      'compressed run lengths',
      { size: [10, 12], counts: compressed(RUNS) },
      ['0,3', '2,0', '2,1', '0,4', '0,5', '0,6'],
    ],
    [
      'polygons',
      [
        [1, 1, 3, 1, 3, 2, 1, 2],
        [5, 5, 6, 5, 6, 6, 5, 6],
      ],
      ['1,1', '2,1', '5,5'],
    ],
  ])('%s mark pixels', async (_, segmentation, expected) => {
    writeScan(here.at('scans'), slice);
    const { mask } = await here.run([here.write('a', coco(segmentation))]);
    expect(marked(picture(await mask(), 0)).sort()).toEqual([...expected].sort());
  });

  it('run lengths are those of the format, also where they shrink and grow past a character', () => {
    const runs = [0, 1, 100_000, 3, 99_000, 70_000, 31, 32, 1, 16, 15];
    expect(runsOfText(compressed(runs), 100)).toEqual(runs);
    // A value of 100 000 takes more than three characters of five bits.
    expect(compressed([100_000])).toHaveLength(4);
  });

  it.each([
    ['too few pixels', { size: [10, 12], counts: [3, 4] }],
    ['too many pixels', { size: [10, 12], counts: [3, 4, 1e12] }],
    ['runs below zero', { size: [10, 12], counts: [200, -80] }],
    ['a bomb of characters', { size: [10, 12], counts: '0'.repeat(1e6) }],
    ['an endless number', { size: [10, 12], counts: 'oooooooooooooooo' }],
    ['another size', { size: [1e9, 1e9], counts: [1e18] }],
  ])('with %s is refused in one line', async (_, segmentation) => {
    writeScan(here.at('scans'), slice);
    await expect(here.run([here.write('a.json', coco(segmentation))])).rejects.toThrow(
      /annotation 5: has run lengths .*10 × 12[^\n]*$/,
    );
  });

  it('takes the box where there is nothing else, and refuses a picture of another size', async () => {
    writeScan(here.at('scans'), slice);
    const { mask } = await here.run([here.write('a.json', coco(null, { bbox: [1, 1, 2, 2] }))]);
    expect(marked(picture(await mask(), 0))).toEqual(['1,1', '2,1', '1,2', '2,2']);
    const other = {
      ...coco(null, { bbox: [1, 1, 2, 2] }),
      images: [{ id: 1, file_name: `${slice.series}.1.dcm`, width: 13, height: 10 }],
    };
    await expect(here.run([here.write('b.json', other)])).rejects.toThrow(
      /has 13 × 10 pixels, the scan 12 × 10/,
    );
  });
});

describe('NIfTI masks', () => {
  const affine = [
    [-1, 0, 0, 3],
    [0, 2, 0, -7],
    [0, 0, 1.5, 2],
  ];
  const size = [6, 5, 4];
  beforeEach(() => {
    for (const name of ['one', 'two'])
      writeNifti(here.at('scans', `${name}.nii.gz`), { size, affine, value: (x, y, z) => x + y + z });
  });

  it('are of the scan of the same name, in whatever orientation they are stored', async () => {
    // Mirrored along x: the same grid.
    const mirrored = [
      [1, 0, 0, -2],
      [0, 2, 0, -7],
      [0, 0, 1.5, 2],
    ];
    writeNifti(here.at('two_seg.nii.gz'), {
      size,
      affine: mirrored,
      value: (x, y, z) => (x === 0 && z === 1 ? 3 : y === 4 ? 8 : 0),
    });
    const { rows, mask, outcome } = await here.run([here.at('two_seg.nii.gz')]);
    expect(rows[0]).toMatchObject({ path: 'scans/two.nii.gz', patient: 'two.nii.gz', source: 'nifti' });
    expect(outcome.labels).toEqual([
      { name: '3', number: 3 },
      { name: '8', number: 8 },
    ]);
    expect(picture(await mask(), 1)).toEqual(['.....3', '.....3', '.....3', '.....3', '888883']);
    expect((await mask()).affine[0]?.[0]).toBe(-1);
  });

  it('of another name are refused where the grid fits several scans, and those of another grid always', async () => {
    writeNifti(here.at('odd.nii'), { size, affine, value: () => 1 });
    await expect(here.run([here.at('odd.nii')])).rejects.toThrow(/its grid fits 2 scans/);
    writeNifti(here.at('one_mask.nii'), {
      size,
      affine: affine.map((row, i) => (i === 1 ? [0, 2.1, 0, -7] : row)),
      value: () => 1,
    });
    await expect(here.run([here.at('one_mask.nii')])).rejects.toThrow(/another grid/);
    writeNifti(here.at('one_label.nii'), { size, affine, value: (x) => x / 2 });
    await expect(here.run([here.at('one_label.nii')])).rejects.toThrow(/is no mask: the value 0\.5/);
  });
});

describe('tables', () => {
  it('name scans by path or UID, in any delimiter, with readers and masks', async () => {
    writeScan(here.at('scans'), slice);
    writeNifti(here.at('scans', 'ct.nii.gz'), { size: [3, 3, 3], value: (x) => x });
    const table = here.write(
      't.dat',
      `path;SeriesInstanceUID;label;reader\nct.nii.gz;;yes;Jane\n;${slice.series};no;Joe\n;9.9.9;no;Joe\n`,
    );
    const { rows, outcome } = await here.run([table]);
    expect(rows.map(({ path, label, reader, source }) => [path, label, reader, source])).toEqual([
      ['scans/1.2.3.1/0-0.dcm', 'no', 'reader-2', 'csv'],
      ['scans/ct.nii.gz', 'yes', 'reader-1', 'csv'],
    ]);
    expect(outcome.remarks).toEqual([{ text: 'labels of scans that are not there, left out', count: 1 }]);
    writeNifti(here.at('m.nii'), { size: [3, 3, 3], value: (x) => (x === 1 ? 1 : 0) });
    const masks = await here.run([here.write('m.csv', 'path,labels\nscans/ct.nii.gz,m.nii\n')]);
    expect(picture(await masks.mask(), 0)).toEqual(['.1.', '.1.', '.1.']);
  });

  it('keep the other columns of the manifest of the scans, and its patients', async () => {
    for (const name of ['a', 'b'])
      writeNifti(here.at('scans', `${name}.nii.gz`), { size: [3, 3, 3], value: (x) => x });
    here.write(
      'scans/all.csv',
      'path,patient,split,x_age,label\na.nii.gz,P1,train,50,old\nb.nii.gz,P2,test,60,old\n',
    );
    const table = here.write('t.csv', 'path,label\na.nii.gz,"yes, large"\nb.nii.gz,no\n');
    const { rows } = await here.run([table], { manifest: 'all.csv' });
    expect(rows).toEqual([
      {
        path: 'scans/a.nii.gz',
        patient: 'P1',
        label: 'yes, large',
        split: 'train',
        x_age: '50',
        reader: '',
        source: 'csv',
      },
      {
        path: 'scans/b.nii.gz',
        patient: 'P2',
        label: 'no',
        split: 'test',
        x_age: '60',
        reader: '',
        source: 'csv',
      },
    ]);
  });
});

describe('input that is wrong', () => {
  const valid = (): string => {
    writeScan(here.at('scans'), slice);
    return here.write('ok.json', mdaiProject([{ name: 'x' }], [[{ label: 'x', scan: slice }]]));
  };

  it.each([
    ['an empty file', '', /is empty/],
    ['other JSON', '{"a": 1}', /neither of MD\.ai .* nor of COCO/],
    ['broken JSON', '{"labelGroups": [', /is no JSON/],
    ['a table without a column', 'a,b\n1,2\n', /column label or labels/],
    ['a picture', Buffer.from([0x89, 0x50, 0, 1, 2, 3]), /of no known format/],
    [
      'an annotation of no label',
      { labelGroups: [], datasets: [{ annotations: [{ labelId: 'L_1' }] }] },
      /names the label L_1/,
    ],
    [
      'endless numbers',
      '{"labelGroups":[{"labels":[{"id":"L","name":"n","annotationMode":"bbox"}]}],"datasets":[{"annotations":[{"id":"A","labelId":"L","SOPInstanceUID":"1.2.3.1.1","data":{"x":1e999,"y":0,"width":1,"height":1}}]}]}',
      /annotation A: holds no drawing/,
    ],
  ])('%s is refused in one line, and nothing is written', async (_, content, message) => {
    valid();
    const file = here.write('bad', content);
    const failed: unknown = await here.run([file]).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'UserError', message: expect.stringMatching(message) as unknown });
    expect((failed as Error).message).not.toContain('\n');
    expect(readdirSync(here.at()).filter((name) => name.includes('labels-'))).toEqual([]);
  });

  it('refuses an output that is there, before it reads anything', async () => {
    const file = valid();
    here.write('there.csv', 'mine');
    await expect(here.run([file], { output: here.at('there.csv') })).rejects.toThrow(/is there already/);
    await expect(here.run([file], { output: here.at('labels.txt') })).rejects.toThrow(/must end in \.csv/);
    await expect(here.run([here.at('gone.json')])).rejects.toThrow(/is not there/);
  });

  it('takes a label of any text for data: quotes, commas, lines', async () => {
    writeScan(here.at('scans'), slice);
    const file = here.write(
      'a.json',
      mdaiProject([{ name: 'large,\n"old" <lesion>' }], [[{ label: 'large,\n"old" <lesion>', scan: slice }]]),
    );
    expect((await here.run([file])).rows[0]?.['label']).toBe('large, "old" <lesion>');
  });

  it('does not name a series whose folder holds another one', async () => {
    const mixed = made({ series: '1.2.3.7', slices: 2 });
    writeScan(here.at('scans'), mixed);
    writeScan(here.at('scans'), made({ study: '1.2.8', series: '1.2.8.1', slices: 1, patient: 'P2' }));
    // The second series' file among those of the first.
    execFileSync('mv', [here.at('scans', '1.2.8.1', '0-0.dcm'), here.at('scans', '1.2.3.7', 'stray.dcm')]);
    const file = here.write('a.json', mdaiProject([{ name: 'x' }], [[{ label: 'x', scan: mixed }]]));
    await expect(here.run([file])).rejects.toThrow(/none of the scans/);
    expect(existsSync(here.at('labels-0.csv'))).toBe(false);
  });
});
