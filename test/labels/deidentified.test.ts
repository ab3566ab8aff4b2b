/** Labels over de-identification, there and back: whichever side has new UIDs, the key finds the other, frames included. */
import { chmodSync, copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deidentify } from '../../src/api/deidentify.js';
import { newUid } from '../../src/deidentify/identity/uids.js';
import { readKey } from '../../src/deidentify/folder/key-file.js';
import { home, type Home, type Labelled } from './labelling.js';
import { instanceOf, made, rtstructBytes, segBytes, writeScan } from './made-scans.js';
import { mdaiProject, MODES } from './mdai-project.js';

const XA = '1.2.840.10008.5.1.4.1.1.12.1';
const volume = made({ frameOfReference: '1.2.3.7', slices: 5 });
const clip = made({ study: '1.2.5', series: '1.2.5.1', frames: 4, slices: 1, patient: 'P5', sopClass: XA });

let here: Home;
let key: string;
/** What the files say of the scans that they were drawn on. */
let expected: Record<'mdai' | 'seg' | 'rtstruct', number[][]>;
const files = { mdai: '', seg: '', rtstruct: '' };

const voxels = async ({ mask, rows }: Labelled): Promise<number[][]> =>
  Promise.all(rows.map(async (_, row) => [...(await mask(row)).voxels].map(Number)));

beforeAll(async () => {
  here = home();
  key = here.write('key', Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)));
  chmodSync(key, 0o600);
  for (const scan of [volume, clip]) writeScan(here.at('scans'), scan);
  const drawn = [
    { label: 'vessel', scan: clip, slice: 2, data: MODES.freeform },
    { label: 'vessel', scan: volume, slice: 3, data: MODES.mask },
  ];
  files.mdai = here.write('a.json', mdaiProject([{ name: 'vessel', mode: 'mask' }], [drawn]));
  const marked = (x: number, y: number): number => (x > y ? 1 : 0);
  files.seg = here.write(
    'seg.dcm',
    segBytes(volume, { segments: [{ label: 'organ', slices: [1, 4], value: marked }] }),
  );
  const vertices = [
    [1.5, 1.5, 2],
    [8.5, 1.5, 2],
    [8.5, 6.5, 2],
  ] as const;
  files.rtstruct = here.write('rs.dcm', rtstructBytes(volume, { organ: [{ vertices }] }));
  expected = {
    mdai: await voxels(await here.run([files.mdai])),
    seg: await voxels(await here.run([files.seg])),
    rtstruct: await voxels(await here.run([files.rtstruct])),
  };
  // Segmentations and structure sets leave with the scans that they are of.
  for (const name of ['seg.dcm', 'rs.dcm']) copyFileSync(here.at(name), here.at('scans', name));
  const outcome = await deidentify({ input: here.at('scans'), output: here.at('clean'), key });
  expect(outcome.quarantined).toEqual({});
  expect(outcome.written).toBe(5 + 1 + 2);
}, 60_000);
afterAll(() => here.remove());

/** The file among those that were de-identified which is of this modality. */
function cleanFile(modality: string): string {
  const all = readdirSync(here.at('clean'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.dcm'),
  );
  const found = all
    .map((name) => join(here.at('clean'), name))
    .find(
      (path) =>
        readFileSync(path).includes(`CS\x08\0${modality}`) ||
        readFileSync(path).includes(`CS\x04\0${modality}`),
    );
  if (found === undefined) throw new Error(`no ${modality} was written`);
  return found;
}

describe('labels with old UIDs on de-identified scans', () => {
  it.each(['mdai', 'seg', 'rtstruct'] as const)('are the same by the key: %s', async (kind) => {
    const { rows, ...found } = await here.run([files[kind]], { scans: here.at('clean'), key });
    const all = await voxels({ rows, ...found });
    // The order of the manifest is that of paths, which are new ones.
    expect(all.sort((a, b) => a.length - b.length)).toEqual(
      [...expected[kind]].sort((a, b) => a.length - b.length),
    );
  });

  it('are found by no other key', async () => {
    const other = here.write('other', Buffer.from(Array.from({ length: 32 }, (_, i) => i * 5)));
    chmodSync(other, 0o600);
    await expect(here.run([files.mdai], { scans: here.at('clean'), key: other })).rejects.toThrow(
      /none of the scans/,
    );
  });
});

describe('labels that were drawn on de-identified scans', () => {
  it('are those of the old scans by the key, of volumes by picture, of clips by frame', async () => {
    const hashed = readKey(key);
    const [first, second] = [volume, clip].map((scan) => ({
      ...scan,
      study: newUid(scan.study, hashed),
      series: newUid(scan.series, hashed),
    }));
    if (first === undefined || second === undefined) throw new Error('two scans');
    const picture = { SOPInstanceUID: newUid(instanceOf(volume, 3), hashed) };
    const clipPicture = { SOPInstanceUID: newUid(instanceOf(clip, 0), hashed) };
    const drawn = [
      { label: 'vessel', scan: second, slice: 2, data: MODES.freeform, more: clipPicture },
      { label: 'vessel', scan: first, slice: 3, data: MODES.mask, more: picture },
    ];
    const file = here.write('new.json', mdaiProject([{ name: 'vessel', mode: 'mask' }], [drawn]));
    expect(await voxels(await here.run([file], { key }))).toEqual(expected.mdai);
    await expect(here.run([file])).rejects.toThrow(/none of the scans/);
  });

  it.each([
    ['seg', 'SEG'],
    ['rtstruct', 'RTSTRUCT'],
  ] as const)(
    'are those that left with them, without a key, and of the old scans by the key: %s',
    async (kind, modality) => {
      const clean = cleanFile(modality);
      expect(await voxels(await here.run([clean], { scans: here.at('clean') }))).toEqual(expected[kind]);
      expect(await voxels(await here.run([clean], { key }))).toEqual(expected[kind]);
    },
  );

  it('go back to the old scans as a segmentation with the old UIDs', async () => {
    await here.give([cleanFile('SEG')], { output: here.at('old-seg'), to: 'dicom-seg', key });
    const again = await here.run([here.at('old-seg')]);
    expect(await voxels(again)).toEqual(expected.seg);
    expect(readFileSync(here.at('old-seg', '00001.dcm')).includes(volume.series)).toBe(true);
  });
});
