/**
 * Structure sets as other programs make them: one that Plastimatch 1.9.4 made of a mask, its holes joined to their rims by keyholes, that of
 * pydicom's test files, and points anywhere.
 *
 * The first was made by `plastimatch convert --input-prefix FOLDER --output-dicom …`, FOLDER with the mask below as `organ.nii.gz`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { home, picture, type Home } from './labelling.js';
import { made, rtstructBytes, writeScan } from './made-scans.js';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

describe('a structure set by Plastimatch', () => {
  const uid = '1.2.826.0.1.3680043.8.274.1.1.8323328.8969.1795869674.7901';
  const scan = made({
    study: `${uid}10`,
    series: `${uid}12`,
    columns: 32,
    rows: 32,
    slices: 6,
    spacing: [0.8, 1.1, 2.5],
  });
  /** A ring around a box, and a triangle of boxes that shrinks from slice to slice. */
  const organ = (x: number, y: number, z: number): boolean => {
    const from = Math.hypot(x - 15, y - 14);
    return (
      (from < 12 - z && from > 5) ||
      (Math.abs(x - 15) < 2 && Math.abs(y - 14) < 3) ||
      (x > 26 && x < 31 && y > 20 + z && y < 31)
    );
  };

  it('marks the very voxels of the mask that it was made of', async () => {
    writeScan(here.at('scans'), scan);
    const { mask, rows, outcome } = await here.run([file('../fixtures/labels/plastimatch-rtstruct.dcm')]);
    expect(rows[0]).toMatchObject({ source: 'rtstruct' });
    expect(outcome.labels).toEqual([{ name: 'organ', number: 1 }]);
    const found = await mask();
    for (let z = 0; z < scan.slices; z++) {
      const lines = Array.from({ length: 32 }, (_, y) =>
        Array.from({ length: 32 }, (_, x) => (organ(x, y, z) ? '1' : '.')).join(''),
      );
      expect(picture(found, z), `slice ${z}`).toEqual(lines);
    }
  });
});

describe('points of a structure set', () => {
  it('puts points into the nearest slice, and leaves out those outside of the scan', async () => {
    const scan = made();
    writeScan(here.at('scans'), scan);
    const point = (...vertex: [number, number, number]) => ({ kind: 'POINT' as const, vertices: [vertex] });
    const structures = { seed: [point(3, 2, 2.4), point(3.4, 5, 0), point(3, 2, 9), point(-4, 2, 1)] };
    const { mask, outcome } = await here.run([here.write('rs.dcm', rtstructBytes(scan, structures))]);
    const found = await mask();
    expect([0, 1, 2, 3].map((z) => picture(found, z).join('').replace(/\./g, ''))).toEqual([
      '1',
      '',
      '1',
      '',
    ]);
    expect([picture(found, 2)[2]?.[3], picture(found, 0)[5]?.[3]]).toEqual(['1', '1']);
    expect(outcome.remarks).toEqual([{ text: 'points outside of the scan, left out', count: 2 }]);
  });
});

describe("pydicom's structure set", () => {
  const path = file('../../../shared/data/robust/pydicom/rtstruct.dcm');

  it.skipIf(!existsSync(path))(
    'marks 400 by 300 mm on three slices, and its isocentres one voxel (needs ../shared/data)',
    async () => {
      // Contours at −200, −190 and −180 mm from −200 to 200 and −150 to 150; points at the origin.
      const series = '1.2.826.0.1.3680043.8.498.2010020400001.2.1.1';
      writeScan(
        here.at('scans'),
        made({
          series,
          columns: 51,
          rows: 41,
          slices: 22,
          spacing: [10, 10, 10],
          origin: [-254, -204, -200],
        }),
      );
      const { mask, outcome } = await here.run([path], { labels: ['patient', 'Isocenter 1'] });
      expect(outcome.labels.map(({ name }) => name)).toEqual(['Isocenter 1', 'patient']);
      const found = await mask();
      const marked = (slice: number): string => picture(found, slice).join('').replace(/\./g, '');
      for (const slice of [0, 1, 2]) expect(marked(slice)).toBe('2'.repeat(40 * 30));
      expect([marked(3), marked(20), picture(found, 20)[20]?.[25]]).toEqual(['', '1', '1']);
    },
  );
});
