/**
 * Real files against independent readings of them: needs `../shared/data`, and for pydicom `VOXOLVE_PYTHON`.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UserError, present } from '../../../src/core/errors.js';
import { dicom } from '../../../src/scans/formats/dicom.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { detectFormat } from '../../../src/scans/formats/index.js';
import { nifti } from '../../../src/scans/formats/nifti.js';
import { video } from '../../../src/scans/formats/video.js';
import { canonicalTriple, canonicalVoxels, orientationOf } from '../../../src/scans/geometry.js';
import { python, runPython } from '../../support/python.js';

const data = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const there = existsSync(join(data, 'formats'));
const missing = there ? '' : `(needs scans in ${data})`;

function filesIn(folder: string): [string, ...string[]] {
  return readdirSync(join(data, folder))
    .sort()
    .map((name) => join(data, folder, name)) as [string, ...string[]];
}

const canonical = (scan: RawScan, frame: number): Float32Array =>
  canonicalVoxels(scan.voxels, scan.size, frame, orientationOf(scan.affine));

/** Much faster than comparing them number by number. */
const sameNumbers = (a: Float32Array, b: Float32Array): boolean =>
  a.length > 0 && Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

const canonicalSize = (scan: RawScan): readonly number[] =>
  canonicalTriple(orientationOf(scan.affine), scan.size);

/** Where the first canonical voxel is in the body, RAS+ mm. */
function cornerOf(scan: RawScan): number[] {
  const { axes, signs } = orientationOf(scan.affine);
  const index = [0, 0, 0];
  axes.forEach((axis, world) => (index[axis] = signs[world] === 1 ? 0 : (scan.size[axis] as number) - 1));
  return scan.affine.map(
    (row) =>
      row[0] * (index[0] as number) + row[1] * (index[1] as number) + row[2] * (index[2] as number) + row[3],
  );
}

describe.skipIf(!there)(`DICOM gives the array of an independent conversion to NIfTI ${missing}`, () => {
  it.each([
    ['GE slices over time', 'formats/dicom/GE_4D_epi', 'stc_GE_TriggerTime_4.nii.gz'],
    ['Siemens mosaics', 'formats/dicom/Siemens_E11_mosaic', 'stc_Siemens_E11_7.nii.gz'],
    [
      'Siemens enhanced multi-frame',
      'formats/dicom/Siemens_XA10_enhanced_multiframe',
      'stc_Siemens_XA10_6.nii.gz',
    ],
  ])('%s', async (_, folder, reference) => {
    const ours = await dicom.read(...filesIn(folder));
    const theirs = await nifti.read(join(data, 'formats/dicom_ref', reference));
    expect([canonicalSize(ours), ours.frames]).toEqual([canonicalSize(theirs), theirs.frames]);
    expect(ours.frameTime).toBeCloseTo(present(theirs.frameTime, 'a frame time'), 5);
    ours.spacing.forEach((mm, axis) => expect(mm).toBeCloseTo(present(theirs.spacing[axis], 'a spacing'), 3));
    cornerOf(ours).forEach((mm, axis) =>
      expect(mm).toBeCloseTo(present(cornerOf(theirs)[axis], 'a place'), 1),
    );
    for (const frame of [0, ours.frames - 1])
      expect(sameNumbers(canonical(ours, frame), canonical(theirs, frame))).toBe(true);
  });

  it('a JPEG 2000 CT series, as dcm2niix describes it', async () => {
    const scan = await dicom.read(...filesIn('formats/dicom/CT_j2k_series'));
    expect(scan.size).toEqual([512, 512, 20]);
    expect(scan.modality).toBe('CT');
    let [low, high, sum] = [Infinity, -Infinity, 0];
    for (const value of scan.voxels as Int16Array) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    }
    expect([low, high]).toEqual([-1024, 1839]);
    expect(sum / scan.voxels.length).toBeCloseTo(-624.125927, 3);
    const corner = cornerOf(scan);
    [249.51171875 - 511 * 0.9765625, -61.51171875 - 0, -804.5].forEach((mm, axis) => {
      if (axis !== 1) expect(corner[axis]).toBeCloseTo(mm, 4);
    });
    // dcm2niix counts rows from the bottom: voxel [200, 300, 10] is in row 511 - 300.
    expect(scan.voxels[(10 * 512 + (511 - 300)) * 512 + 200]).toBe(114);
  });
});

describe.skipIf(!there)(`one picture is the same however it is stored ${missing}`, () => {
  it.each(['ct', 'us16f'])('%s in eight transfer syntaxes', async (name) => {
    const files = filesIn('robust/derived/transfer_syntax').filter((path) => path.includes(`/${name}_`));
    const scans = await Promise.all(files.map((path) => dicom.read(path)));
    expect(scans).toHaveLength(8);
    for (const scan of scans) {
      expect(scan.size).toEqual(scans[0]?.size);
      expect(
        Buffer.from(scan.voxels.buffer).equals(Buffer.from(present(scans[0], 'a scan').voxels.buffer)),
      ).toBe(true);
    }
  });

  it('a volume in eight orientations', async () => {
    const scans = await Promise.all(filesIn('robust/derived/orient').map((path) => nifti.read(path)));
    expect(scans).toHaveLength(8);
    const first = canonical(present(scans[0], 'a scan'), 0);
    for (const scan of scans) expect(sameNumbers(canonical(scan, 0), first)).toBe(true);
  });

  it('a volume as NIfTI-1, NIfTI-2, a pair, big-endian, in several gzip members', async () => {
    const path = (name: string): string => join(data, 'robust/derived', name);
    const plain = await nifti.read(path('ok_reference.nii'));
    for (const name of ['nifti2.nii.gz', 'pair.hdr', 'big_endian.nii.gz', 'multi_member.nii.gz'])
      expect(sameNumbers(canonical(await nifti.read(path(name)), 0), canonical(plain, 0))).toBe(true);
  });
});

const pydicom = python !== undefined && there && runs('import pydicom, PIL');
function runs(script: string): boolean {
  try {
    runPython(script, []);
    return true;
  } catch {
    return false;
  }
}

const SAMPLES = 400;
const script = `
import json, sys, warnings, numpy, pydicom
warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    d = pydicom.dcmread(path)
    flat = numpy.asarray(d.pixel_array).astype(float).ravel()
    index = (numpy.arange(${SAMPLES}) * 7919) % flat.size
    print(json.dumps({"frames": int(d.get("NumberOfFrames", 1)), "rows": d.Rows, "columns": d.Columns,
        "time": float(d.get("FrameTime", 0)), "samples": flat[index].tolist()}))
`;

interface Reference {
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
  readonly time: number;
  readonly samples: readonly number[];
}

describe.skipIf(!pydicom)(
  `clips read as pydicom reads them ${pydicom ? '' : '(needs VOXOLVE_PYTHON with pydicom and Pillow)'}`,
  () => {
    const files = there ? filesIn('formats/ultrasound_cine').filter((_, i) => i % 4 === 0) : [];
    const references = pydicom
      ? runPython(script, files)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Reference)
      : [];
    it.each(files.map((path, i) => ({ name: path.slice(data.length + 1), path, i })))(
      '$name',
      async ({ path, i }) => {
        const { frames, rows, columns, time, samples } = present(references[i], 'a reference');
        const scan = await dicom.read(path);
        expect([scan.size, scan.frames]).toEqual([[columns, rows, 1], frames]);
        expect(scan.frameTime).toBeCloseTo(time / 1000, 6);
        const differences = samples.map((value, k) =>
          Math.abs(Number(scan.voxels[(k * 7919) % scan.voxels.length]) - value),
        );
        // Decoders of lossy JPEG may round differently.
        expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      },
    );
  },
);

/**
 * By how much decoders of JPEG baseline and extended and of irreversible JPEG 2000 may differ, in stored values: they
 * round coefficients and samples in their own ways. All others, near-lossless JPEG-LS too, give the same numbers.
 */
const LOSSY_TOLERANCE = 1;
const LOSSY = ['50', '51', '91', '203'].map((end) => `1.2.840.10008.1.2.4.${end}`);

/**
 * Every file that pydicom decodes to one number per pixel, in the modality's units; null where it does not. Which
 * files those are depends on the decoders that it finds.
 */
const oddScript = `
import json, sys, warnings, numpy, pydicom
from pydicom.pixel_data_handlers.util import apply_modality_lut
warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    try:
        d = pydicom.dcmread(path)
        assert d.get("SamplesPerPixel", 1) == 1 and d.PhotometricInterpretation == "MONOCHROME2"
        # Before version 3, tables that begin below zero were misread, and JPEG 2000 of single bits was shifted by seven.
        assert int(pydicom.__version__.split(".")[0]) >= 3 or not ("ModalityLUTSequence" in d or d.get("BitsStored") == 1)
        pixels = d.pixel_array
        if d.get("PixelRepresentation") == 1 and pixels.dtype.kind == "i":
            # Some decoders leave the bits above the sign at 0.
            unused = 8 * pixels.itemsize - d.BitsStored
            pixels = (pixels << unused) >> unused
        flat = numpy.asarray(apply_modality_lut(pixels, d)).astype(float).ravel()
        flat = flat * float(d.get("DoseGridScaling", 1))
        index = (numpy.arange(${SAMPLES}) * 7919) % flat.size
        lossy = d.file_meta.get("TransferSyntaxUID", "") in ${JSON.stringify(LOSSY)}
        tolerance = ${LOSSY_TOLERANCE} * abs(float(d.get("RescaleSlope", 1))) if lossy else 0
        print(json.dumps({"count": int(flat.size), "samples": flat[index].tolist(), "tolerance": tolerance}))
    except Exception:
        print("null")
`;
interface OddReference {
  readonly count: number;
  readonly samples: readonly number[];
  /** How far a decoder may be from another, in the modality's units: 0 where pixels are lossless. */
  readonly tolerance: number;
}

const numpyReads = python !== undefined && there && runs('import pydicom, numpy');

describe.skipIf(!numpyReads)(
  `odd files read as pydicom reads them ${numpyReads ? '' : '(needs VOXOLVE_PYTHON with pydicom)'}`,
  () => {
    it('of whatever compression, integers and floats, with lookup tables: lossless ones exactly', async () => {
      const files = ['pydicom', 'pydicom_data', 'nibabel', 'derived/transfer_syntax']
        .flatMap((folder) => filesIn(join('robust', folder)))
        .filter((path) => /\.(dcm|dcm\.gz)$/.test(path));
      const lines = runPython(oddScript, files).trim().split('\n');
      let compared = 0;
      for (const [i, path] of files.entries()) {
        const theirs = JSON.parse(lines[i] ?? 'null') as OddReference | null;
        const ours = theirs === null ? null : await dicom.read(path).catch(() => null);
        // Mosaics are taken apart into slices.
        if (theirs === null || ours?.size[0] === undefined || /nibabel/.test(path)) continue;
        expect(ours.voxels, path).toHaveLength(theirs.count);
        const differences = theirs.samples.map((value, k) =>
          // What is no whole number is kept in float32 here.
          Math.abs(Number(ours.voxels[(k * 7919) % theirs.count]) - Math.fround(value)),
        );
        expect(Math.max(...differences), path).toBeLessThanOrEqual(theirs.tolerance);
        compared++;
      }
      expect(compared).toBeGreaterThan(25);
    }, 120_000);
  },
);

describe.skipIf(!there)(`hostile and odd files ${missing}`, () => {
  it('each end in voxels or in one line that names the file', async () => {
    const files = readdirSync(join(data, 'robust'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(data, 'robust', name))
      .filter((path) => /\.\w+$/.test(path));
    let [volumes, refused] = [0, 0];
    for (const path of files) {
      const format = await detectFormat(path).catch(() => undefined);
      if (format === undefined) continue;
      const outcome = await format.read(path).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome, `${path}: ${String(outcome.stack)}`).toBeInstanceOf(UserError);
        expect(outcome.message.startsWith(path) && !outcome.message.includes('\n'), outcome.message).toBe(
          true,
        );
        refused++;
      } else {
        const scan = outcome as RawScan;
        expect(scan.voxels, path).toHaveLength(scan.size.reduce((product, n) => product * n, scan.frames));
        volumes++;
      }
    }
    expect(volumes).toBeGreaterThan(150);
    expect(refused).toBeGreaterThan(50);
  }, 120_000);
});

const ffmpeg = there && (await present(video.probe, 'a probe')()).usable;
describe.skipIf(!ffmpeg)(`video ${ffmpeg ? '' : '(needs ffmpeg)'}`, () => {
  it('has its size, its frames and the time between them', async () => {
    const clip = await video.read(join(data, 'formats/video/Cov-Atlas+(45).gif'));
    expect([clip.size, clip.frames]).toEqual([[174, 174, 1], 21]);
    expect(clip.frameTime).toBeCloseTo(0.1, 3);
    expect((clip.voxels as Uint8Array).some((value) => value > 150)).toBe(true);
  });

  it('that is none ends in one line that names the file', async () => {
    const path = join(data, 'SOURCES.tsv');
    expect(readFileSync(path).length).toBeGreaterThan(0);
    await expect(video.read(path)).rejects.toThrow(/SOURCES.tsv: .* finds no video in it/);
  });
});
