/** MD.ai's projects, of a generator of our own: every mode and scope, and what its documents leave to be decided. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { home, picture, type Home } from './labelling.js';
import { made, writeScan } from './made-scans.js';
import { mdaiProject, MODES, SECRETS, type MadeAnnotation } from './mdai-project.js';

let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

const scan = made();
const drawn = (mode: keyof typeof MODES, more: Partial<MadeAnnotation> = {}): MadeAnnotation => ({
  label: mode,
  scan,
  slice: 1,
  data: MODES[mode],
  ...more,
});
const project = (...annotations: MadeAnnotation[]): object =>
  mdaiProject(
    [...Object.keys(MODES).map((mode) => ({ name: mode, mode })), { name: 'effusion' }, { name: 'normal' }],
    [annotations],
  );

describe('drawings', () => {
  const EXPECTED: Readonly<Record<keyof typeof MODES, (x: number, y: number) => boolean>> = {
    bbox: (x, y) => x >= 2 && x < 7 && y >= 1 && y < 4,
    polygon: (x, y) => x >= 1 && x < 9 && y >= 1 && y < 8,
    freeform: (x, y) => x >= 1 && y >= 1 && x + y + 1 < 7,
    line: (x, y) => (x === 1 && y >= 1 && y <= 6) || (y === 6 && x >= 1 && x <= 4),
    location: (x, y) => x === 4 && y === 3,
    ellipse: (x, y) => ((x + 0.5 - 6) / 3) ** 2 + ((y + 0.5 - 5) / 2) ** 2 < 1,
    mask: (x, y) =>
      (x >= 1 && x < 9 && y >= 1 && y < 8 && !(x >= 3 && x < 6 && y >= 3 && y < 6)) || (x >= 10 && y >= 8),
  };
  it.each(Object.keys(MODES) as (keyof typeof MODES)[])(
    'marks the pixels of a %s, whose centres lie inside',
    async (mode) => {
      writeScan(here.at('scans'), scan);
      const { mask, outcome } = await here.run([here.write('a.json', project(drawn(mode)))]);
      expect(outcome).toMatchObject({ kind: 'masks', rows: 1, labels: [{ name: mode, number: 1 }] });
      const found = await mask();
      expect(found.size).toEqual([12, 10, 4]);
      const lines = Array.from({ length: 10 }, (_, y) =>
        Array.from({ length: 12 }, (_, x) => (EXPECTED[mode](x, y) ? '1' : '.')).join(''),
      );
      expect(picture(found, 1)).toEqual(lines);
      for (const other of [0, 2, 3]) expect(picture(found, other).join('')).toMatch(/^\?+$/);
    },
  );

  it('takes what is not drawn for background everywhere where absent is negative', async () => {
    writeScan(here.at('scans'), scan);
    const { mask } = await here.run([here.write('a.json', project(drawn('bbox')))], {
      absentIsNegative: true,
    });
    const found = await mask();
    expect(picture(found, 0).join('')).toMatch(/^\.+$/);
    expect(picture(found, 1).join('')).toMatch(/^[.1]+$/);
  });

  it('clips what lies outside the picture, and takes a box drawn to the left', async () => {
    writeScan(here.at('scans'), scan);
    const file = here.write(
      'a.json',
      project(
        drawn('polygon', {
          data: {
            vertices: [
              [-50, -50],
              [3, -50],
              [3, 4],
              [-50, 4],
            ],
          },
        }),
        drawn('bbox', { slice: 2, data: { x: 30, y: 12, width: -25, height: -6 } }),
        drawn('line', {
          slice: 3,
          data: {
            vertices: [
              [-9, 0.5],
              [99, 0.5],
            ],
          },
        }),
      ),
    );
    const { mask, outcome } = await here.run([file]);
    expect(outcome.labels.map(({ name }) => name)).toEqual(['bbox', 'line', 'polygon']);
    const found = await mask();
    expect(picture(found, 1).slice(0, 5)).toEqual([
      ...Array.from({ length: 4 }, () => '333.........'),
      '............',
    ]);
    expect(picture(found, 2).slice(5)).toEqual([
      '............',
      ...Array.from({ length: 4 }, () => '.....1111111'),
    ]);
    expect(picture(found, 3)[0]).toBe('2'.repeat(12));
  });

  it('reads type, scope and mode in either case, and vertices as plain numbers', async () => {
    writeScan(here.at('scans'), scan);
    const labels = [{ name: 'lesion', mode: 'POLYGON', more: { type: 'local', scope: 'instance' } }];
    const flat = { vertices: MODES.polygon.vertices.flat() };
    const file = here.write(
      'a.json',
      mdaiProject(labels, [[{ label: 'lesion', scan, slice: 0, data: flat }]]),
    );
    const { mask } = await here.run([file]);
    expect(
      picture(await mask(), 0)
        .join('')
        .split('1'),
    ).toHaveLength(8 * 7 + 1);
  });

  it('puts a drawing on the frame of a clip, counted from 0', async () => {
    const clip = made({ frames: 5, slices: 1 });
    writeScan(here.at('scans'), clip);
    const file = here.write(
      'a.json',
      mdaiProject(
        [{ name: 'vessel', mode: 'bbox' }],
        [[{ label: 'vessel', scan: clip, slice: 3, data: MODES.bbox }]],
      ),
    );
    const { mask } = await here.run([file]);
    const found = await mask();
    expect([found.frames, ...found.size]).toEqual([5, 12, 10, 1]);
    expect(picture(found, 3)[1]).toBe('..11111.....');
    expect(picture(found, 2).join('')).toMatch(/^\?+$/);
  });

  it('keeps background where a reader looked at a slice and marked nothing', async () => {
    writeScan(here.at('scans'), scan);
    const empty = { foreground: [], background: [] };
    const file = here.write('a.json', project(drawn('mask'), drawn('mask', { slice: 2, data: empty })));
    const found = await (await here.run([file])).mask();
    expect(picture(found, 2).join('')).toMatch(/^\.+$/);
    expect(picture(found, 0).join('')).toMatch(/^\?+$/);
  });
});

describe('what the documents leave to be decided', () => {
  it('scales drawings on a picture of another size and the same shape, and says so', async () => {
    writeScan(here.at('scans'), scan);
    const box = { x: 4, y: 2, width: 10, height: 6 };
    const file = here.write('a.json', project(drawn('bbox', { data: box, more: { width: 24, height: 20 } })));
    const { mask, outcome } = await here.run([file]);
    expect(picture(await mask(), 1)[1]).toBe('..11111.....');
    expect(outcome.remarks).toEqual([{ text: 'annotations on pictures of another size, scaled', count: 1 }]);
  });

  it('refuses drawings on a picture of another shape, with both sizes', async () => {
    writeScan(here.at('scans'), scan);
    const file = here.write('a.json', project(drawn('bbox', { more: { width: 20, height: 20 } })));
    await expect(here.run([file])).rejects.toThrow(
      /annotation A_0: is drawn on 20 × 20 pixels, the picture has 12 × 10/,
    );
  });

  it('counts an annotation in two data sets once, and takes others of the same exam together', async () => {
    writeScan(here.at('scans'), scan);
    const one = drawn('bbox', { more: { id: 'A_same' } });
    const other = drawn('polygon', { slice: 2 });
    const file = here.write(
      'a.json',
      mdaiProject(
        [
          { name: 'bbox', mode: 'bbox' },
          { name: 'polygon', mode: 'polygon' },
        ],
        [[one], [one, other]],
      ),
    );
    const { outcome, rows } = await here.run([file]);
    expect(rows).toHaveLength(1);
    expect(outcome.labels).toHaveLength(2);
    expect(outcome.remarks).toEqual([{ text: 'annotations in two data sets, counted once', count: 1 }]);
  });

  it('uses interpolated frames, says so, and leaves them out where asked', async () => {
    writeScan(here.at('scans'), scan);
    const file = here.write(
      'a.json',
      project(drawn('bbox'), drawn('bbox', { slice: 2, more: { isInterpolated: true } })),
    );
    const all = await here.run([file]);
    expect(picture(await all.mask(), 2)[1]).toBe('..11111.....');
    expect(all.outcome.remarks[0]?.text).toMatch(/interpolated/);
    const some = await here.run([file], { dropInterpolated: true });
    expect(picture(await some.mask(), 2).join('')).toMatch(/^\?+$/);
  });

  it('gives a child without a drawing that of its parent, and lets it win', async () => {
    writeScan(here.at('scans'), scan);
    const labels = [
      { name: 'nodule', mode: 'bbox' },
      { name: 'calcified', mode: 'bbox', parent: 'nodule' },
    ];
    const file = here.write(
      'a.json',
      mdaiProject(labels, [
        [
          { label: 'nodule', scan, slice: 1, data: MODES.bbox, more: { id: 'A_parent' } },
          { label: 'nodule', scan, slice: 2, data: MODES.bbox },
          { label: 'calcified', scan, slice: 1, more: { parentId: 'A_parent' } },
        ],
      ]),
    );
    const { mask, outcome } = await here.run([file]);
    expect(outcome.labels.map(({ name, number }) => [name, number])).toEqual([
      ['calcified', 1],
      ['nodule', 2],
    ]);
    expect(outcome.remarks).toEqual([]);
    const found = await mask();
    expect(picture(found, 1)[1]).toBe('..11111.....');
    expect(picture(found, 2)[1]).toBe('..22222.....');
  });
});

describe('labels of whole scans', () => {
  const second = made({ study: '1.2.4', series: '1.2.4.1', patient: 'P2' });
  const third = made({ study: '1.2.5', series: '1.2.5.1', patient: 'P3' });

  it('says a label of an exam of all its scans, one of a series of its own, and leaves the rest unknown', async () => {
    const beside = made({ series: '1.2.3.2' });
    for (const each of [scan, beside, second, third]) writeScan(here.at('scans'), each);
    const file = here.write(
      'a.json',
      project(
        { label: 'effusion', scan, scope: 'study' },
        { label: 'normal', scan: second, scope: 'series' },
      ),
    );
    const { rows, outcome, text } = await here.run([file]);
    expect(rows.map(({ path, label }) => [path, label])).toEqual([
      ['scans/1.2.3.1', 'effusion'],
      ['scans/1.2.3.2', 'effusion'],
      ['scans/1.2.4.1', 'normal'],
    ]);
    expect(text.split('\n')[0]).toBe('path,patient,label,reader,source');
    expect(new Set(rows.map(({ patient }) => patient)).size).toBe(2);
    expect(outcome.labels).toEqual([
      { name: 'effusion', rows: 2 },
      { name: 'normal', rows: 1 },
    ]);
  });

  it('takes scans that were looked at and have no label for negative only where asked', async () => {
    for (const each of [scan, second, third]) writeScan(here.at('scans'), each);
    const file = here.write(
      'a.json',
      project({ label: 'effusion', scan, scope: 'study' }, { label: 'normal', scan: second, scope: 'study' }),
    );
    expect((await here.run([file], { labels: ['effusion'] })).rows).toHaveLength(1);
    const { rows } = await here.run([file], { labels: ['effusion'], absentIsNegative: true });
    // The third is in no data set: nobody looked at it.
    expect(rows.map(({ label }) => label)).toEqual(['effusion', 'none']);
  });

  it('needs to be told what to take where there are drawings as well, and takes a drawing for the label of its scan', async () => {
    for (const each of [scan, second]) writeScan(here.at('scans'), each);
    const file = here.write(
      'a.json',
      project(drawn('bbox'), { label: 'normal', scan: second, scope: 'study' }),
    );
    await expect(here.run([file])).rejects.toThrow(/1 drawings and 1 labels of whole scans.*--take/);
    const { rows } = await here.run([file], { take: 'classes' });
    expect(rows.map(({ label }) => label)).toEqual(['bbox', 'normal']);
  });

  it('refuses two labels of one scan by one reader, and takes one of them where named', async () => {
    writeScan(here.at('scans'), scan);
    const file = here.write(
      'a.json',
      project({ label: 'effusion', scan, scope: 'study' }, { label: 'normal', scan, scope: 'study' }),
    );
    await expect(here.run([file])).rejects.toThrow(/has the labels effusion, normal by one reader.*--label/);
    expect((await here.run([file], { labels: ['normal'] })).rows[0]?.['label']).toBe('normal');
    await expect(here.run([file], { labels: ['efusion'] })).rejects.toThrow(/did you mean "effusion"/);
  });
});

describe('identities', () => {
  it('names readers by pseudonyms, and copies no note, address or name anywhere', async () => {
    writeScan(here.at('scans'), scan);
    const both = [SECRETS[0] ?? '', 'U_2'].map((reader) => drawn('bbox', { reader }));
    const { rows, text, outcome } = await here.run([here.write('a.json', project(...both))], {
      readers: 'each',
    });
    expect(rows.map(({ reader }) => reader)).toEqual(['reader-1', 'reader-2']);
    const printed = text + JSON.stringify(outcome);
    for (const secret of [...SECRETS, 'U_2', 'P1']) expect(printed).not.toContain(secret);
  });

  it('finds scans that were de-identified by old UIDs with the key, and names readers alike over files', async () => {
    const { newUid } = await import('../../src/deidentify/identity/uids.js');
    const { readKey } = await import('../../src/deidentify/folder/key-file.js');
    const key = here.write('key', Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)));
    (await import('node:fs')).chmodSync(key, 0o600);
    const hashed = readKey(key);
    const clean = made({ study: newUid(scan.study, hashed), series: newUid(scan.series, hashed), slices: 1 });
    writeScan(here.at('scans'), clean);
    const file = here.write('a.json', project({ label: 'normal', scan, reader: 'U_7' }));
    const other = here.write(
      'b.json',
      project({ label: 'normal', scan, reader: 'U_8' }, { label: 'normal', scan, reader: 'U_7' }),
    );
    await expect(here.run([file])).rejects.toThrow(/holds none of the scans.*--key/);
    const first = await here.run([file], { key });
    const second = await here.run([other], { key });
    expect(first.rows[0]?.['reader']).toMatch(/^reader-[0-9a-f]{12}$/);
    expect(second.rows[0]?.['reader']?.split('+')).toContain(first.rows[0]?.['reader']);
  });
});
