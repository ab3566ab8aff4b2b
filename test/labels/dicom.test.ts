/** Segmentations and structure sets on the scans' own grids, oblique ones too, against pydicom and nibabel. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsPython, python, runPython } from '../support/python.js';
import { home, picture, type Home } from './labelling.js';
import { made, rtstructBytes, segBytes, writeScan, type MadeScan } from './made-scans.js';

let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

const SIN = Math.sin(0.4);
const COS = Math.cos(0.4);
const oblique = made({
  study: '1.2.9',
  series: '1.2.9.1',
  right: [COS, SIN, 0],
  down: [0, 0, -1],
  spacing: [0.7, 1.3, 2.5],
  origin: [31.4, -20.2, 77.7],
});
const disc = (x: number, y: number, slice: number): number =>
  (x - 6) ** 2 + (y - 4) ** 2 < 9 + slice ? 1 : 0;
const rim = (x: number): number => (x > 9 ? 1 : 0);

/** Lines of a slice as a function of pixels says. */
const lines = (scan: MadeScan, value: (x: number, y: number) => string): string[] =>
  Array.from({ length: scan.rows }, (_, y) =>
    Array.from({ length: scan.columns }, (_, x) => value(x, y)).join(''),
  );

describe('segmentations', () => {
  it.each([
    ['axial', made()],
    ['oblique', oblique],
    ['from top to bottom', made({ right: [0, 1, 0], down: [1, 0, 0] })],
  ])('puts frames where they lie, %s', async (_, scan) => {
    writeScan(here.at('scans'), scan);
    const segments = [
      { label: 'lesion', slices: [1, 2], value: disc },
      { label: 'rim', slices: [2], value: rim },
    ];
    const file = here.write('anything.bin', segBytes(scan, { segments }));
    const { outcome, mask, rows } = await here.run([file]);
    expect(rows[0]).toMatchObject({ reader: '', source: 'dicom-seg' });
    expect(outcome.labels).toEqual([
      { name: 'lesion', number: 1 },
      { name: 'rim', number: 2 },
    ]);
    const found = await mask();
    // Frames that are left out are empty, not unknown.
    expect(picture(found, 0)).toEqual(lines(scan, () => '.'));
    expect(picture(found, 1)).toEqual(lines(scan, (x, y) => (disc(x, y, 1) === 1 ? '1' : '.')));
    expect(picture(found, 2)).toEqual(
      lines(scan, (x, y) => (rim(x) === 1 ? '2' : disc(x, y, 2) === 1 ? '1' : '.')),
    );
  });

  it('counts fractional voxels from half of the maximum on', async () => {
    const scan = made();
    writeScan(here.at('scans'), scan);
    const segments = [{ label: 'lesion', slices: [0], value: (x: number) => [0, 99, 100, 200][x % 4] ?? 0 }];
    const file = here.write('seg.dcm', segBytes(scan, { segments, fractional: true }));
    expect(picture(await (await here.run([file])).mask(), 0)[0]).toBe('..11..11..11');
  });

  it('goes by the pictures that frames refer to, where they do not say where they lie', async () => {
    const scan = made();
    writeScan(here.at('scans'), scan);
    const segments = [{ label: 'lesion', slices: [0, 3], value: disc }];
    const file = here.write('seg.dcm', segBytes(scan, { segments, withoutPositions: true }));
    const found = await (await here.run([file])).mask();
    for (const slice of [0, 3])
      expect(picture(found, slice)).toEqual(lines(scan, (x, y) => (disc(x, y, slice) === 1 ? '1' : '.')));
  });

  it('refuses another grid, with both', async () => {
    const scan = made();
    writeScan(here.at('scans'), scan);
    const segments = [{ label: 'lesion', slices: [1], value: disc }];
    const file = here.write('seg.dcm', segBytes(scan, { segments, shift: 0.5 }));
    await expect(here.run([file])).rejects.toThrow(/frame 1: lies on .* the scan .* another grid/);
    expect(existsSync(here.at('labels-0.csv'))).toBe(false);
    expect(existsSync(here.at('labels-0-masks'))).toBe(false);
  });

  it.skipIf(python === undefined)(
    `agrees with pydicom and nibabel on where voxels lie ${needsPython}`,
    async () => {
      writeScan(here.at('scans'), oblique);
      const segments = [{ label: 'lesion', slices: [0, 1, 3], value: disc }];
      const file = here.write('seg.dcm', segBytes(oblique, { segments }));
      const { csv } = await here.run([file]);
      const mask = csv.replace(/\.csv$/, '-masks/00001.nii.gz');
      // Millimetres of all marked voxels, by the headers of either file.
      const script = `
import sys, numpy as np, nibabel as nib, pydicom
seg = pydicom.dcmread(sys.argv[1])
shared = seg.SharedFunctionalGroupsSequence[0]
o = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
dy, dx = map(float, shared.PixelMeasuresSequence[0].PixelSpacing)
points = []
for frame, pixels in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array):
    p = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float)
    for y, x in np.argwhere(pixels):
        points.append(p + x * dx * o[:3] + y * dy * o[3:])
image = nib.load(sys.argv[2])
voxels = np.argwhere(np.asarray(image.dataobj) == 1)
ours = nib.affines.apply_affine(image.affine, voxels) * [-1, -1, 1]
order = lambda a: a[np.lexsort(np.round(a, 2).T)]
a, b = order(np.array(points)), order(ours)
print(len(a), len(b), float(np.abs(a - b).max()) if a.shape == b.shape else "differ")
`;
      const [dicom, nifti, apart] = runPython(script, [file, mask]).trim().split(' ').map(Number);
      expect(dicom).toBeGreaterThan(80);
      expect(nifti).toBe(dicom);
      expect(apart).toBeLessThan(1e-3);
    },
  );
});

describe('structure sets', () => {
  const square = (from: number, to: number, z: number): [number, number, number][] => [
    [from, from, z],
    [to, from, z],
    [to, to, z],
    [from, to, z],
  ];

  it.each([
    ['axial', made()],
    ['oblique', oblique],
  ])('marks the voxels whose centres lie inside, with holes, %s', async (_, scan) => {
    writeScan(here.at('scans'), scan);
    const structures = {
      organ: [
        { vertices: square(0.5, 8.5, 1) },
        { vertices: square(2.5, 5.5, 1) },
        { vertices: square(1.5, 3.5, 2.1) },
      ],
      needle: [
        {
          kind: 'OPEN_PLANAR' as const,
          vertices: [
            [10, 1, 0],
            [10, 7, 0],
          ] as [number, number, number][],
        },
      ],
      seed: [{ kind: 'POINT' as const, vertices: [[3, 2, 3]] as [number, number, number][] }],
    };
    const file = here.write('rs.txt', rtstructBytes(scan, structures, 'Roe^Jane'));
    const { outcome, mask, rows, text } = await here.run([file]);
    expect(rows[0]).toMatchObject({ reader: 'reader-1', source: 'rtstruct' });
    expect(text).not.toContain('Roe');
    expect(outcome.labels.map(({ name }) => name)).toEqual(['needle', 'organ', 'seed']);
    const found = await mask();
    const within = (x: number, from: number, to: number): boolean => x > from && x < to;
    const inside = (x: number, y: number, from: number, to: number): boolean =>
      within(x, from, to) && within(y, from, to);
    expect(picture(found, 1)).toEqual(
      lines(scan, (x, y) => (inside(x, y, 0.5, 8.5) && !inside(x, y, 2.5, 5.5) ? '2' : '.')),
    );
    expect(picture(found, 2)).toEqual(lines(scan, (x, y) => (inside(x, y, 1.5, 3.5) ? '2' : '.')));
    expect(picture(found, 0)).toEqual(lines(scan, (x, y) => (x === 10 && y >= 1 && y <= 7 ? '1' : '.')));
    expect(picture(found, 3)).toEqual(lines(scan, (x, y) => (x === 3 && y === 2 ? '3' : '.')));
  });

  it('refuses contours between slices, across them, or beyond them', async () => {
    const scan = made();
    writeScan(here.at('scans'), scan);
    for (const [vertices, message] of [
      [square(1, 4, 1.5), /lies in no slice/],
      [
        [
          [1, 1, 0],
          [4, 1, 1],
          [4, 4, 2],
        ],
        /reaches from slice 1.00 to 3.00/,
      ],
      [square(1, 4, 9), /lies on slice 10, the scan .* has 4/],
    ] as const) {
      const file = here.write('rs.dcm', rtstructBytes(scan, { organ: [{ vertices: vertices }] }));
      await expect(here.run([file])).rejects.toThrow(message);
    }
  });

  it('ends where millions of vertices would have to be crossed', async () => {
    const scan = made({ rows: 400, columns: 20, slices: 2 });
    writeScan(here.at('scans'), scan);
    const vertices = Array.from(
      { length: 60_000 },
      (_, i) => [i % 15, i % 2 === 0 ? 0 : 390, 1] as [number, number, number],
    );
    const file = here.write('rs.dcm', rtstructBytes(scan, { organ: [{ vertices }] }));
    await expect(here.run([file])).rejects.toThrow(/too many vertices \(\d+ crossings\)/);
  });
});
