/** Masks that others made, on scans that others made: the same voxels in the body, by pydicom and nibabel. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsPython, python, runPython } from '../support/python.js';
import { home, type Home } from './labelling.js';

const data = (name: string): string =>
  fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

/** Voxels that are marked, in millimetres and with their label: those of the first file, and whether the second has the same. */
const COMPARE = `
import sys, numpy as np, nibabel as nib
def marked(path):
    if path.endswith(".nii.gz"):
        image = nib.load(path)
        voxels = np.asarray(image.dataobj).astype(int)
        at = np.argwhere(voxels > 0)
        return nib.affines.apply_affine(image.affine, at), voxels[tuple(at.T)]
    import pydicom
    seg = pydicom.dcmread(path)
    points = []
    for frame, pixels in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array):
        groups = [frame, seg.SharedFunctionalGroupsSequence[0]]
        first = lambda name: next(getattr(g, name)[0] for g in groups if name in g)
        o = np.array(first("PlaneOrientationSequence").ImageOrientationPatient, float)
        dy, dx = map(float, first("PixelMeasuresSequence").PixelSpacing)
        p = np.array(first("PlanePositionSequence").ImagePositionPatient, float)
        for y, x in np.argwhere(pixels):
            points.append((p + x * dx * o[:3] + y * dy * o[3:]) * [-1, -1, 1])
    return np.array(points), np.ones(len(points), int)
def ordered(path):
    points, labels = marked(path)
    order = np.lexsort(np.round(points, 1).T)
    return points[order], labels[order]
(p, a), (q, b) = map(ordered, sys.argv[1:])
same = len(a) == len(b) and (a == b).all() and np.abs(p - q).max() < 0.01
print(len(a), "same" if same else "differ")
`;

describe.skipIf(python === undefined)(`masks that others made ${needsPython}`, { timeout: 60_000 }, () => {
  const absent = !existsSync(data('field/mr_with_seg_and_dose'));
  it.skipIf(absent).each([
    ['a segmentation of an MR', 'field/mr_with_seg_and_dose/seg.dcm', 'field/mr_with_seg_and_dose'],
    [
      'a NIfTI mask of a DICOM series',
      'labelled/segmentations/dicom_ct_j2k_seg.nii.gz',
      'formats/dicom/CT_j2k_series',
    ],
  ])('%s marks the same voxels (needs ../shared/data)', async (_, labels, scans) => {
    const { csv, rows } = await here.run([data(labels)], { scans: data(scans) });
    expect(rows).toHaveLength(1);
    const [count, verdict] = runPython(COMPARE, [data(labels), csv.replace(/\.csv$/, '-masks/00001.nii.gz')])
      .trim()
      .split(' ');
    expect(Number(count)).toBeGreaterThan(1000);
    expect(verdict).toBe('same');
  });

  it.skipIf(absent)('go back as a segmentation like the one that came (needs ../shared/data)', async () => {
    const [labels, scans] = [data('field/mr_with_seg_and_dose/seg.dcm'), data('field/mr_with_seg_and_dose')];
    await here.give([labels], { scans, output: here.at('seg'), to: 'dicom-seg' });
    const [count, verdict] = runPython(COMPARE, [labels, here.at('seg', '00001.dcm')])
      .trim()
      .split(' ');
    expect(Number(count)).toBeGreaterThan(1000);
    expect(verdict).toBe('same');
    const { stderr, error } = spawnSync('dciodvfy', [here.at('seg', '00001.dcm')], { encoding: 'utf8' });
    if (error === undefined) expect(stderr.match(/^Error.*/gm) ?? []).toEqual([]);
  });

  it.skipIf(absent)('are refused where the scan has no UIDs (needs ../shared/data)', async () => {
    const [labels, scans] = [
      data('labelled/segmentations/dicom_ct_j2k_seg.nii.gz'),
      data('formats/dicom/CT_j2k_series'),
    ];
    for (const [output, to] of [
      ['seg', 'dicom-seg'],
      ['a.json', 'mdai'],
    ] as const) {
      await expect(here.give([labels], { scans, output: here.at(output), to })).rejects.toThrow(
        /lacks a Study/,
      );
      expect(existsSync(here.at(output))).toBe(false);
    }
  });
});
