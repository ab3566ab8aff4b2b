/**
 * Real scans against nibabel: needs `VOXOLVE_PYTHON` (a Python with nibabel) and scans in `../shared/data`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { nifti } from '../../../src/scans/formats/nifti.js';
import { orientationCode } from '../../../src/scans/geometry.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';

const data = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const folders = ['scans/train', 'formats/nifti4d']
  .map((name) => join(data, name))
  .filter((path) => existsSync(path));
const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));

const missing = !hasModule('nibabel')
  ? `${needsPython} with nibabel`
  : files.length === 0
    ? `(needs scans in ${data})`
    : '';

/** What nibabel says: voxels are sampled at `(index * 7919) % voxels`, x fastest. */
interface Reference {
  readonly size: readonly number[];
  readonly zooms: readonly number[];
  readonly axes: string;
  readonly affine: readonly (readonly number[])[];
  readonly samples: readonly number[];
}

const SAMPLES = 500;
const script = `
import json, sys, nibabel, numpy
for path in sys.argv[1:]:
    image = nibabel.load(path)
    flat = numpy.asanyarray(image.dataobj).ravel(order="F")
    index = (numpy.arange(${SAMPLES}) * 7919) % flat.size
    print(json.dumps({
        "size": [int(n) for n in image.shape],
        "zooms": [float(z) for z in image.header.get_zooms()],
        "axes": "".join(nibabel.aff2axcodes(image.affine)),
        "affine": image.affine[:3].tolist(),
        "samples": [float(v) for v in flat[index]],
    }))
`;

function referencesOf(paths: readonly string[]): Reference[] {
  return runPython(script, paths)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Reference);
}

describe.skipIf(missing !== '')(`a real scan reads as nibabel reads it ${missing}`, () => {
  const references = missing === '' ? referencesOf(files) : [];
  it.each(
    (missing === '' ? files : [data]).map((path, index) => ({
      name: path.slice(data.length + 1),
      path,
      index,
    })),
  )('$name', async ({ path, index }) => {
    const reference = present(references[index], 'a reference');
    const scan = await nifti.read(path);
    const frames = scan.frames > 1 ? [scan.frames] : [];
    expect([...scan.size, ...frames]).toEqual(reference.size);
    scan.spacing.forEach((mm, axis) => expect(mm).toBeCloseTo(present(reference.zooms[axis], 'a zoom'), 5));
    expect(orientationCode(scan.affine)).toBe(reference.axes);
    const affine = scan.affine
      .flat()
      .map((entry, i) => Math.abs(entry - present(reference.affine.flat()[i], 'an entry')));
    expect(Math.max(...affine)).toBeLessThan(1e-3);
    const samples = reference.samples.map((_, i) => Number(scan.voxels[(i * 7919) % scan.voxels.length]));
    // nibabel rescales in float64, ITK in float32.
    samples.forEach((value, i) => expect(value).toBe(Math.fround(present(reference.samples[i], 'a sample'))));
    expect(scan.frameTime).toBe(frames.length > 0 ? present(reference.zooms[3], 'a zoom') : null);
  });
});
