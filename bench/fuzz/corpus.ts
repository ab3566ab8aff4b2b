/**
 * Valid files for the fuzzer to corrupt: small ones written here and in `kinds.ts`, one for each format that needs no
 * external decoder, and the files of a corpus folder if one is given.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { formatOf } from '../../src/scans/formats/index.js';
import { npyBytes } from '../../src/scans/npy.js';
import { zipSync } from 'fflate';
import { samplesOfKinds } from './kinds.js';
import type { Sample } from './sample.js';
import { dicomFile, element, encapsulated, sequence, short, text } from '../scans/dicom-file.js';

const SIDE = 8;
const LARGEST_SAMPLE = 600_000;

/** Voxels (int16) of a blob. */
const voxels = Int16Array.from({ length: SIDE ** 3 }, (_, i) => {
  const [x, y, z] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
  return 1000 - 30 * ((x - 4) ** 2 + (y - 3) ** 2 + (z - 4) ** 2);
});
const voxelBytes = new Uint8Array(voxels.buffer);

export function builtInSamples(): Sample[] {
  const nifti1 = niftiOf(1);
  const npy = npyBytes({ shape: [1, SIDE, SIDE, SIDE], voxels: Float32Array.from(voxels) });
  return [
    { ending: '.nii', bytes: nifti1 },
    { ending: '.nii.gz', bytes: gzipSync(nifti1) },
    { ending: '.nii', bytes: niftiOf(2) },
    { ending: '.nrrd', bytes: nrrdOf('raw') },
    { ending: '.nrrd', bytes: nrrdOf('gzip') },
    { ending: '.mha', bytes: metaImageOf(false) },
    { ending: '.mha', bytes: metaImageOf(true) },
    { ending: '.npy', bytes: npy },
    { ending: '.npz', bytes: zipSync({ 'scan.npy': npy }) },
    { ending: '.dcm', bytes: dicomOf('1.2.840.10008.1.2.1') },
    { ending: '.dcm', bytes: dicomOf('1.2.840.10008.1.2.1.99') },
    { ending: '.dcm', bytes: dicomOf('1.2.840.10008.1.2.5') },
    { ending: '.dcm', bytes: segmentationOf() },
    { ending: '.dcm', bytes: gridOf() },
    ...samplesOfKinds(),
  ];
}

/** Finds files of a folder, at any depth, that are small enough to be read thousands of times. */
export function samplesWithin(folder: string): Sample[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => formatOf(path) !== undefined)
    .filter((path) => statSync(path).isFile())
    .filter((path) => statSync(path).size > 0 && statSync(path).size < LARGEST_SAMPLE)
    .map((path) => ({ ending: /(\.\w+)(\.gz)?$/.exec(path)?.[0] ?? '', bytes: readFileSync(path) }));
}

function niftiOf(version: 1 | 2): Uint8Array {
  const start = version === 1 ? 352 : 544;
  const bytes = new Uint8Array(start + voxelBytes.length);
  const view = new DataView(bytes.buffer);
  const dim = [3, SIDE, SIDE, SIDE, 1, 1, 1, 1];
  const pixdim = [1, 2, 2, 3, 1, 1, 1, 1];
  view.setInt32(0, version === 1 ? 348 : 540, true);
  if (version === 1) {
    bytes.set(Buffer.from('n+1\0'), 344);
    dim.forEach((n, i) => view.setInt16(40 + 2 * i, n, true));
    pixdim.forEach((mm, i) => view.setFloat32(76 + 4 * i, mm, true));
    view.setFloat32(108, start, true);
    view.setUint8(123, 10);
  } else {
    bytes.set(Buffer.from('n+2\0\r\n\x1a\n', 'latin1'), 4);
    dim.forEach((n, i) => view.setBigInt64(16 + 8 * i, BigInt(n), true));
    pixdim.forEach((mm, i) => view.setFloat64(104 + 8 * i, mm, true));
    view.setBigInt64(168, BigInt(start), true);
    view.setInt32(500, 10, true);
  }
  view.setInt16(version === 1 ? 70 : 12, 4, true);
  view.setInt16(version === 1 ? 72 : 14, 16, true);
  bytes.set(voxelBytes, start);
  return bytes;
}

function nrrdOf(encoding: 'raw' | 'gzip'): Uint8Array {
  const header = [
    'NRRD0004',
    'type: short',
    'dimension: 3',
    `sizes: ${SIDE} ${SIDE} ${SIDE}`,
    'space: left-posterior-superior',
    'space directions: (2,0,0) (0,2,0) (0,0,3)',
    'space origin: (1,2,3)',
    'endian: little',
    `encoding: ${encoding}`,
  ].join('\n');
  return Buffer.concat([
    Buffer.from(`${header}\n\n`),
    encoding === 'raw' ? voxelBytes : gzipSync(voxelBytes),
  ]);
}

function metaImageOf(compressed: boolean): Uint8Array {
  const header = [
    'ObjectType = Image',
    'NDims = 3',
    `DimSize = ${SIDE} ${SIDE} ${SIDE}`,
    'ElementType = MET_SHORT',
    'ElementSpacing = 2 2 3',
    'Offset = 1 2 3',
    'TransformMatrix = 1 0 0 0 1 0 0 0 1',
    'BinaryDataByteOrderMSB = False',
    `CompressedData = ${compressed ? 'True' : 'False'}`,
    'ElementDataFile = LOCAL',
  ].join('\n');
  return Buffer.concat([Buffer.from(`${header}\n`), compressed ? deflateSync(voxelBytes) : voxelBytes]);
}

/** A multi-frame file in explicit little-endian encoding, plain, deflated or with RLE frames. */
function dicomOf(syntax: string): Uint8Array {
  const rle = syntax.endsWith('.5');
  return dicomFile(syntax, [
    element(0x0008, 0x0060, 'CS', text('MR')),
    element(0x0010, 0x0020, 'LO', text('P1')),
    element(0x0018, 0x1063, 'DS', text('40')),
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
    element(0x0028, 0x0008, 'IS', text(String(SIDE))),
    element(0x0028, 0x0010, 'US', short(SIDE)),
    element(0x0028, 0x0011, 'US', short(SIDE)),
    element(0x0028, 0x0030, 'DS', text('2\\2')),
    element(0x0028, 0x0100, 'US', short(16)),
    element(0x0028, 0x0101, 'US', short(16)),
    element(0x0028, 0x0102, 'US', short(15)),
    element(0x0028, 0x0103, 'US', short(1)),
    rle ? encapsulated(rleFrames()) : element(0x7fe0, 0x0010, 'OW', voxelBytes),
  ]);
}

/** Frames of one bit per sample, packed, with a modality lookup table that gives both a value. */
function segmentationOf(): Uint8Array {
  const table = [
    element(0x0028, 0x3002, 'US', Buffer.concat([short(2), short(0), short(16)])),
    element(0x0028, 0x3006, 'OW', Buffer.from(Uint16Array.of(10, 1000).buffer)),
  ];
  const bits = Buffer.alloc(SIDE ** 3 / 8);
  voxels.forEach((value, i) => (bits[i >> 3] = (bits[i >> 3] as number) | (Number(value > 600) << (i & 7))));
  return dicomFile('1.2.840.10008.1.2.1', [
    element(0x0008, 0x0060, 'CS', text('SEG')),
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0008, 'IS', text(String(SIDE))),
    element(0x0028, 0x0010, 'US', short(SIDE)),
    element(0x0028, 0x0011, 'US', short(SIDE)),
    element(0x0028, 0x0100, 'US', short(1)),
    element(0x0028, 0x0101, 'US', short(1)),
    element(0x0028, 0x0103, 'US', short(0)),
    sequence(0x0028, 0x3000, [table]),
    element(0x7fe0, 0x0010, 'OB', bits),
  ]);
}

/** A UIH grid of floats: eight slices as tiles of three in a row. */
function gridOf(): Uint8Array {
  const [across, down] = [3, 3];
  const tiles = new Float32Array(across * down * SIDE * SIDE);
  voxels.forEach((value, i) => {
    const [x, y, z] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
    tiles[(Math.floor(z / across) * SIDE + y) * across * SIDE + (z % across) * SIDE + x] = value;
  });
  const places = Array.from({ length: SIDE }, (_, z) => [
    element(0x0020, 0x0032, 'DS', text(`0\\0\\${3 * z}`)),
  ]);
  return dicomFile('1.2.840.10008.1.2.1', [
    element(0x0008, 0x0008, 'CS', text('ORIGINAL\\PRIMARY\\VFRAME')),
    element(0x0008, 0x0060, 'CS', text('MR')),
    element(0x0018, 0x0088, 'DS', text('3')),
    element(0x0020, 0x0032, 'DS', text('0\\0\\0')),
    element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0010, 'US', short(down * SIDE)),
    element(0x0028, 0x0011, 'US', short(across * SIDE)),
    element(0x0028, 0x0030, 'DS', text('2\\2')),
    element(0x0028, 0x0100, 'US', short(32)),
    element(0x0065, 0x1050, 'DS', text(String(SIDE))),
    sequence(0x0065, 0x1051, places),
    element(0x7fe0, 0x0008, 'OF', new Uint8Array(tiles.buffer)),
  ]);
}

/** Encodes both bytes of each pixel as segments of one literal run each. */
function rleFrames(): Buffer[] {
  const frame = SIDE * SIDE;
  return Array.from({ length: SIDE }, (_, index) => {
    const [high, low] = [1, 0].map((byte) => {
      const plane = Uint8Array.from(
        { length: frame },
        (_n, i) => voxelBytes[2 * (index * frame + i) + byte] as number,
      );
      return Buffer.concat([Buffer.from([frame - 1]), plane, Buffer.from([128])]);
    }) as [Buffer, Buffer];
    const header = Buffer.alloc(64);
    [2, 64, 64 + high.length].forEach((value, i) => header.writeUInt32LE(value, 4 * i));
    return Buffer.concat([header, high, low]);
  });
}
