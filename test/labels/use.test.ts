/** What `labels` writes is what probes and fine-tuning read: scans in files and in folders, classes, masks with what is unknown. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { rngOf } from '../../src/core/random.js';
import { readPredictions } from '../../src/downstream/predictions/read.js';
import { drawLabelled, loadLabelled, readLabelledManifest } from '../../src/probes/labelled.js';
import { loadNamedScans } from '../../src/scans/load-named.js';
import { ScanOptions } from '../../src/scans/options.js';
import { voxolveHere } from '../support/cli-here.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { home, type Home } from './labelling.js';
import { made, segBytes, writeScan } from './made-scans.js';
import { mdaiProject } from './mdai-project.js';

let here: Home;
beforeAll(() => {
  here = home();
  process.env['VOXOLVE_CACHE'] = here.at('cache');
});
afterAll(() => here.remove());

const options = ScanOptions.parse({ spacing: [2, 1, 1] });

describe('the manifest', () => {
  it(
    'teaches a model: finetune learns from classes that two readers agree on',
    { timeout: 120_000 },
    async () => {
      const folder = here.at('spheres');
      const truth = parse<Record<string, string>>(readFileSync(writeScans(folder, 24), 'utf8'), {
        columns: true,
      });
      const said = truth.flatMap(({ path, label }) =>
        ['Ann', 'Bob'].map((reader) => `${path},${label},${reader}`),
      );
      const table = here.write('read.csv', `path,label,reader\n${said.join('\n')}\n`);
      const { csv, rows } = await here.run([table], { scans: folder, readers: 'majority' });
      expect(rows.map(({ label }) => label).sort()).toEqual(truth.map(({ label }) => label ?? '').sort());
      const output = here.at('run');
      const encoder = writeEncoder(here.at('encoder'));
      await finetune({
        task: { head: 'classes' },
        encoder,
        scans: folder,
        manifest: csv,
        output,
        workers: 1,
        folds: 2,
      });
      const predictions = readPredictions(join(output, 'predictions.csv')).rows;
      expect(predictions.map(({ path }) => path).sort()).toEqual(rows.map(({ path }) => path ?? '').sort());
    },
  );

  it('names DICOM series by folders that scans are read from', async () => {
    const scan = made({ slices: 12 });
    const other = made({ study: '1.2.4', series: '1.2.4.1', patient: 'P2', slices: 12 });
    for (const each of [scan, other]) writeScan(here.at('series'), each);
    const project = mdaiProject(
      [{ name: 'a' }, { name: 'b' }],
      [
        [
          { label: 'a', scan },
          { label: 'b', scan: other },
        ],
      ],
    );
    const { csv, rows } = await here.run([here.write('c.json', project)], { scans: here.at('series') });
    const found = await loadNamedScans(
      here.at('series'),
      { ...options, manifest: csv },
      { cacheDirectory: here.at('cache') },
    );
    for (const { path = '' } of rows) expect(found.volumesOf(path), path).toHaveLength(1);
    const probed = await loadLabelled(readLabelledManifest(csv), options);
    expect(probed.map(({ labels }) => labels)).toEqual([0, 1]);
  });

  it('gives probes crops of what is marked and of background, and none of what is unknown', async () => {
    const scan = made({ columns: 24, rows: 24, slices: 12 });
    writeScan(here.at('marked'), scan);
    const box = { x: 12, y: 0, width: 12, height: 24 };
    const drawn = [3, 4, 5].map((slice) => ({ label: 'right', scan, slice, data: box }));
    const project = here.write('m.json', mdaiProject([{ name: 'right', mode: 'bbox' }], [drawn]));
    const unknown = await here.run([project], { scans: here.at('marked') });
    const [volume] = await loadLabelled(readLabelledManifest(unknown.csv), options);
    const labels = volume?.labels as Int32Array;
    const counts = (value: number): number => labels.filter((label) => label === value).length;
    expect([counts(1), counts(0), counts(-1)]).toEqual([3 * 288, 3 * 288, 9 * 576]);
    const crops = drawLabelled(volume === undefined ? [] : [volume], [2, 4, 4], 500, rngOf('crops'));
    expect(new Set(crops.map(({ label }) => label))).toEqual(new Set([0, 1]));
    const known = await here.run([project], { scans: here.at('marked'), absentIsNegative: true });
    const [whole] = await loadLabelled(readLabelledManifest(known.csv), options);
    expect((whole?.labels as Int32Array).filter((label) => label === -1)).toHaveLength(0);
  });
});

describe('the command', () => {
  it('prints what it wrote, how far readers agree, and the same for programs', async () => {
    const scan = made();
    writeScan(here.at('told'), scan);
    const seg = (from: number, creator: string): Buffer =>
      segBytes(scan, {
        creator,
        segments: [{ label: 'lesion', slices: [1], value: (x) => (x >= from && x < from + 4 ? 1 : 0) }],
      });
    const files = [here.write('1.dcm', seg(1, 'Roe^Jane')), here.write('2.dcm', seg(2, 'Doe^John'))];
    const asked = ['--scans', here.at('told'), '--readers', 'majority'];
    const told = await voxolveHere(['labels', ...files, ...asked, '-o', here.at('told.csv')]);
    expect(told.code, told.stderr).toBe(0);
    expect(told.stdout).toMatch(
      /told\.csv: 1 row of 1 scan, masks: 1 lesion\n2 readers: reader-1, reader-2\nreader-1, reader-2: lesion: Dice 0\.750 on 1 scan\nvoxels without a majority, unknown: 20/,
    );
    const json = await voxolveHere(['labels', ...files, ...asked, '-o', here.at('json.csv'), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'masks',
      rows: 1,
      agreement: { dice: [{ mean: 0.75, scans: 1 }] },
    });
    expect(told.stdout + json.stdout).not.toMatch(/Roe|Doe/);
    const again = await voxolveHere(['labels', ...files, ...asked, '-o', here.at('told.csv')]);
    expect(again.code).toBe(1);
    expect(again.stderr.trim().split('\n')).toHaveLength(1);
  });
});
