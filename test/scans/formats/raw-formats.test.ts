/**
 * MetaImage, NRRD and ANALYZE as their writers leave them: voxels behind other bytes, in many files, in either byte
 * order, with keys that no reader knows. ITK reads the same files, and nibabel where there is a Python.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { readImageNode } from '@itk-wasm/image-io';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/scans/formats/index.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { NUMBER_TYPES, type NumberType } from '../../../src/scans/formats/numbers.js';
import { orientationCode } from '../../../src/scans/geometry.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const SIZE = [4, 3, 5] as const;
const COUNT = 60;
const values = Array.from({ length: COUNT }, (_, i) => (7 * i) % 100);

/** `values` as bytes of a type. */
function bytesOf(type: NumberType, little = true): Buffer {
  const array =
    type === 'int64' || type === 'uint64'
      ? NUMBER_TYPES[type].from(values.map(BigInt))
      : NUMBER_TYPES[type].from(values);
  const bytes = Buffer.from(array.buffer);
  if (little || array.BYTES_PER_ELEMENT === 1) return bytes;
  return array.BYTES_PER_ELEMENT === 2
    ? bytes.swap16()
    : array.BYTES_PER_ELEMENT === 4
      ? bytes.swap32()
      : bytes.swap64();
}

const shorts = bytesOf('int16');
const junk = Buffer.from('junk before, that is no voxel\n'.repeat(20));
const slices = Array.from({ length: 5 }, (_, z) => shorts.subarray(24 * z, 24 * (z + 1)));

/** Writes a header and other files to a folder of their own; returns the path of the header. */
function write(name: string, header: string | Buffer, files: Readonly<Record<string, Buffer>> = {}): string {
  const folder = temporaryFolder();
  for (const [file, bytes] of Object.entries(files)) {
    if (file.includes('/')) mkdirSync(join(folder, file.split('/')[0] as string), { recursive: true });
    writeFileSync(join(folder, file), bytes);
  }
  writeFileSync(join(folder, name), header);
  return join(folder, name);
}

const read = async (path: string): Promise<RawScan> => {
  const format = formatOf(path);
  if (format === undefined) throw new Error(`${path} is of no format`);
  return format.read(path);
};
const numbersIn = ({ voxels }: RawScan): number[] => Array.from(voxels as ArrayLike<number>, Number);

async function expectValues(path: string, remarks: readonly string[] = []): Promise<void> {
  const scan = await read(path);
  expect([scan.size, scan.frames, scan.remarks]).toEqual([[...SIZE], 1, [...remarks]]);
  expect(numbersIn(scan)).toEqual(values);
}

/** ITK, as WebAssembly, on the same files. */
async function expectAsItk(path: string): Promise<void> {
  const [mine, itk] = [await read(path), await readImageNode(path)];
  expect(mine.size).toEqual(itk.size);
  expect(numbersIn(mine)).toEqual(Array.from(itk.data as unknown as ArrayLike<number>, Number));
  mine.spacing.forEach((mm, axis) => expect(mm).toBeCloseTo(itk.spacing[axis] as number, 6));
}

const mha = (fields: Readonly<Record<string, string | number>>, end = 'LOCAL', data = shorts): Buffer =>
  Buffer.concat([
    Buffer.from(
      Object.entries({
        ObjectType: 'Image',
        NDims: 3,
        DimSize: SIZE.join(' '),
        ElementSpacing: '1.5 2 2.5',
        ElementType: 'MET_SHORT',
        ...fields,
        ElementDataFile: end,
      })
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    ),
    data,
  ]);
const mhd = (fields: Readonly<Record<string, string | number>>, end: string): Buffer =>
  mha(fields, end, Buffer.alloc(0));

describe('MetaImage', () => {
  const types: readonly (readonly [string, NumberType])[] = [
    ['MET_CHAR', 'int8'],
    ['MET_UCHAR', 'uint8'],
    ['MET_SHORT', 'int16'],
    ['MET_USHORT', 'uint16'],
    ['MET_INT', 'int32'],
    ['MET_UINT', 'uint32'],
    ['MET_LONG_LONG', 'int64'],
    ['MET_ULONG_LONG', 'uint64'],
    ['MET_FLOAT', 'float32'],
    ['MET_DOUBLE', 'float64'],
  ];
  it.each(types)('%s is read in both byte orders, plain, compressed and as text', async (name, type) => {
    for (const msb of [false, true]) {
      const data = bytesOf(type, !msb);
      const fields = {
        ElementType: name,
        BinaryData: 'True',
        BinaryDataByteOrderMSB: msb ? 'True' : 'False',
      };
      await expectValues(write('a.mha', mha(fields, 'LOCAL', data)));
      const packed = deflateSync(data);
      const compressed = { ...fields, CompressedData: 'True', CompressedDataSize: packed.length };
      await expectValues(write('a.mha', mha(compressed, 'LOCAL', packed)));
      await expectValues(write('a.mha', mha(compressed, 'LOCAL', Buffer.concat([packed, junk]))));
      await expectValues(write('a.mhd', mhd(compressed, 'a.zraw'), { 'a.zraw': packed }));
    }
    const text = { ElementType: name, BinaryData: 'False' };
    await expectValues(write('a.mha', mha(text, 'LOCAL', Buffer.from(values.join(' ')))));
  });

  it("keeps ITK's keys of DICOM from ending the header, and takes the modality from them", async () => {
    const keys = {
      '0008|0005': 'ISO_IR 100',
      '0008|0060': 'MR',
      '0010|0010': 'A = B',
      'ITK_original spacing': '1 1 1',
      '0029|1010': 'x'.repeat(10_000),
    };
    const path = write('a.mha', mha(keys));
    await expectValues(path);
    expect((await read(path)).modality).toBe('MR');
    await expectAsItk(path);
  });

  it.each([
    ['a number of bytes', junk.length, Buffer.concat([junk, shorts])],
    ['-1, where voxels are the last bytes', -1, Buffer.concat([junk, shorts])],
    ['0', 0, shorts],
  ])('skips HeaderSize: %s', async (_, HeaderSize, data) => {
    const path = write('a.mhd', mhd({ HeaderSize }, 'a.raw'), { 'a.raw': data });
    await expectValues(path);
    await expectAsItk(path);
  });

  it('counts HeaderSize from the beginning of the file where voxels follow the header', async () => {
    const fields = { HeaderSize: 400 };
    const header = mha(fields, 'LOCAL', Buffer.alloc(0));
    const path = write('a.mha', Buffer.concat([header, Buffer.alloc(400 - header.length, 'x'), shorts]));
    await expectValues(path);
    await expectValues(write('a.mha', mha({ HeaderSize: -1 }, 'LOCAL', Buffer.concat([junk, shorts]))));
  });

  it.each([
    ['a list of files', 'LIST\ns0.raw\ns1.raw\ns2.raw\ns3.raw\ns4.raw'],
    ['a list of files with two axes each', 'LIST 2\ns0.raw\ns1.raw\ns2.raw\ns3.raw\ns4.raw\n'],
    ['a pattern', 's%d.raw 0 4 1'],
    ['a pattern without an end', 's%d.raw 0'],
  ])('reads %s', async (_, end) => {
    const files = Object.fromEntries(slices.map((bytes, z) => [`s${z}.raw`, bytes]));
    const path = write('a.mhd', mhd({}, end), files);
    await expectValues(path);
    await expectAsItk(path);
    expect((await formatOf(path)?.parts?.(path))?.map((part) => part.slice(-6))).toEqual(Object.keys(files));
  });

  it('reads a pattern with padded numbers in steps, each file behind a header, in a folder of their own', async () => {
    const files = Object.fromEntries(
      slices.map((bytes, z) => [`raw/im ${String(10 + 2 * z).padStart(3, '0')}`, bytes]),
    );
    const named = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name.replace(' ', '_'), bytes]),
    );
    await expectValues(write('a.mhd', mhd({}, 'raw/im_%03d 10 18 2'), named));
    const headed = Object.fromEntries(
      Object.entries(named).map(([name, bytes]) => [name, Buffer.concat([junk, bytes])]),
    );
    await expectValues(write('a.mhd', mhd({ HeaderSize: junk.length }, 'raw/im_%03d 10 18 2'), headed));
  });

  it('says how many bytes it leaves unread, and refuses what is another size altogether', async () => {
    const surplus = Buffer.concat([shorts, Buffer.alloc(348)]);
    const path = write('a.mhd', mhd({}, 'a.raw'), { 'a.raw': surplus });
    await expectValues(path, ['348 bytes after its voxels are not read']);
    const large = write('a.mhd', mhd({}, 'a.raw'), { 'a.raw': Buffer.alloc(2 ** 21) });
    await expect(read(large)).rejects.toThrow(/holds 2097152 bytes where its header declares 120;/);
  });

  it.each([
    ['a list that is too short', 'LIST\ns0.raw', {}, /lists 1 data files, 5 are needed/],
    ['a list of what is not there', 'LIST\na\nb\nc\nd\ne', {}, /to be in a, which is not beside it/],
    ['names that lead out of the folder', '../../etc/passwd', {}, /to be in passwd, which is not beside it/],
    ['steps that go nowhere', 's%d.raw 0 4 0', {}, /numbered from 0 to 4 in steps of 0|data files/],
    ['vectors', 'LOCAL', { ElementNumberOfChannels: 3, ElementType: 'MET_FLOAT' }, /MET_FLOAT are no colour/],
    ['a type that is none', 'LOCAL', { ElementType: 'constructor' }, /type constructor are not read/],
    ['a HeaderSize that is none', 'LOCAL', { HeaderSize: -2 }, /HeaderSize is -2/],
  ])('refuses %s', async (_, end, fields, message) => {
    const data = end === 'LOCAL' ? shorts : Buffer.alloc(0);
    const path = write('a.mhd', mha(fields, end, data), { 's0.raw': shorts });
    await expect(read(path)).rejects.toThrow(message);
  });
});

const nrrdHeader = (fields: Readonly<Record<string, string | number>>, list = '\n'): Buffer =>
  Buffer.from(
    `NRRD0005\n# remark: of a writer\n${Object.entries({
      type: 'short',
      dimension: 3,
      sizes: SIZE.join(' '),
      space: 'left-posterior-superior',
      'space directions': '(1.5,0,0) (0,2,0) (0,0,2.5)',
      endian: 'little',
      encoding: 'raw',
      ...fields,
    })
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('')}${list}`,
  );
const nrrd = (fields: Readonly<Record<string, string | number>>, data: Buffer): Buffer =>
  Buffer.concat([nrrdHeader(fields), data]);

describe('NRRD', () => {
  const gz = gzipSync(shorts);
  it.each([
    ['bytes', { 'byte skip': junk.length }, Buffer.concat([junk, shorts])],
    ['lines', { 'line skip': 20 }, Buffer.concat([junk, shorts])],
    ['lines and bytes', { 'line skip': 19, 'byte skip': 30 }, Buffer.concat([junk, shorts])],
    ['all before the last bytes', { 'byte skip': -1 }, Buffer.concat([junk, shorts])],
    ['lines before compressed voxels', { 'line skip': 20, encoding: 'gzip' }, Buffer.concat([junk, gz])],
    [
      'bytes of what is decompressed',
      { 'byte skip': junk.length, encoding: 'gzip' },
      gzipSync(Buffer.concat([junk, shorts])),
    ],
    ['nothing', { encoding: 'gzip' }, gz],
    ['by old names', { lineskip: 19, byteskip: 30 }, Buffer.concat([junk, shorts])],
  ])('skips %s, behind the header and in a file of its own', async (_, fields, data) => {
    await expectValues(write('a.nrrd', nrrd(fields, data)));
    const path = write('a.nhdr', nrrdHeader({ ...fields, 'data file': './a.raw' }), { 'a.raw': data });
    await expectValues(path);
    await expectAsItk(path);
  });

  it.each([
    ['a list of files', { 'data file': 'LIST' }, 's0.raw\ns1.raw\ns2.raw\ns3.raw\ns4.raw\n'],
    [
      'a list of files with two axes each',
      { 'data file': 'LIST 2' },
      's0.raw\ns1.raw\ns2.raw\ns3.raw\ns4.raw\n',
    ],
    ['a pattern', { 'data file': 's%d.raw 0 4 1' }, '\n'],
    ['a pattern with two axes a file', { 'data file': 's%01d.raw 0 4 1 2' }, '\n'],
    ['a pattern that counts down', { 'data file': 'd%d.raw 4 0 -1' }, '\n'],
  ])('reads %s', async (_, fields, list) => {
    const files = Object.fromEntries(
      slices.flatMap((bytes, z) => [
        [`s${z}.raw`, bytes],
        [`d${4 - z}.raw`, bytes],
      ]),
    );
    const path = write('a.nhdr', nrrdHeader(fields, list), files);
    await expectValues(path);
    await expectAsItk(path);
    expect(await formatOf(path)?.parts?.(path)).toHaveLength(5);
  });

  it('leaves unknown fields and key/value pairs alone, also those that look like fields', async () => {
    const fields = {
      'my field': 'anything',
      'measurement frame': '(1,0,0) (0,1,0) (0,0,1)',
      content: 'a := b',
    };
    const header = nrrdHeader(fields)
      .toString()
      .replace('encoding', 'sizes:=9 9 9\nDWMRI_b-value:=1000\nencoding');
    await expectValues(write('a.nrrd', Buffer.concat([Buffer.from(header), shorts])));
  });

  it('says how many bytes it leaves unread', async () => {
    const left = ['30 bytes after its voxels are not read'];
    const more = Buffer.concat([shorts, junk.subarray(0, 30)]);
    await expectValues(write('a.nrrd', nrrd({}, more)), left);
    await expectValues(write('a.nrrd', nrrd({ encoding: 'gzip' }, gzipSync(more))), left);
    const text = Buffer.from(`${values.join('\n')} 1 2 3`);
    await expectValues(write('a.nrrd', nrrd({ encoding: 'ascii' }, text)), [
      '3 values after its voxels are not read',
    ]);
  });

  it.each([
    ['a skip that is none', { 'byte skip': 'x' }, /skips 0 lines and x bytes/],
    ['-1 of compressed voxels', { 'byte skip': -1, encoding: 'gzip' }, /skips 0 lines and -1 bytes/],
    ['more lines than there are', { 'line skip': 9000 }, /skips 9000 lines of its voxels' file/],
    ['more bytes than there are', { 'byte skip': 9000 }, /truncated: its header declares 9120 bytes/],
    [
      'a list that is too long',
      { 'data file': 's%d.raw 0 999999999 1' },
      /names 1000000000 data files, 5 are/,
    ],
    ['a type that is none', { type: 'constructor' }, /type constructor are not read/],
    ['a space that is none', { space: 'toString' }, /space tostring is not read/],
  ])('refuses %s', async (_, fields, message) => {
    await expect(read(write('a.nrrd', nrrd(fields as Record<string, string>, shorts)))).rejects.toThrow(
      message,
    );
  });
});

/** An ANALYZE 7.5 header. */
function analyze(
  little: boolean,
  { orient = 0, origin = [0, 0, 0], slope = 0, offset = 0, flip = 1, frames = 1 } = {},
): Buffer {
  const bytes = Buffer.alloc(348);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setInt32(0, 348, little);
  view.setInt32(32, 16384, little);
  bytes.write('r', 38);
  [frames > 1 ? 4 : 3, ...SIZE, frames].forEach((n, i) => view.setInt16(40 + 2 * i, n, little));
  view.setInt16(70, 4, little);
  view.setInt16(72, 16, little);
  [0, 1.5 * flip, 2, 2.5, 0].forEach((mm, i) => view.setFloat32(76 + 4 * i, mm, little));
  view.setFloat32(108, offset, little);
  view.setFloat32(112, slope, little);
  view.setInt8(252, orient);
  origin.forEach((voxel, i) => view.setInt16(253 + 2 * i, voxel, little));
  return bytes;
}
const AMBIGUOUS =
  "ANALYZE does not tell left from right; it is taken to show the patient's right on the left";

describe('ANALYZE 7.5', () => {
  it('is read in both byte orders, also behind other bytes', async () => {
    for (const little of [true, false]) {
      const data = bytesOf('int16', little);
      await expectValues(write('a.hdr', analyze(little), { 'a.img': data }), [AMBIGUOUS]);
      const offset = junk.length;
      const moved = Buffer.concat([junk, data]);
      await expectValues(write('a.hdr', analyze(little, { offset }), { 'a.img': moved }), [AMBIGUOUS]);
    }
  });

  it.each([
    [0, 'LAS'],
    [1, 'LSA'],
    [2, 'ASL'],
    [3, 'LPS'],
    [4, 'LIA'],
    [5, 'AIL'],
  ])('lies by its orient %d as %s', async (orient, code) => {
    const { affine, spacing } = await read(write('a.hdr', analyze(true, { orient }), { 'a.img': shorts }));
    expect([orientationCode(affine), spacing]).toEqual([code, [1.5, 2, 2.5]]);
  });

  it('is refused where its orient is none, and remarks a .mat file beside it', async () => {
    const odd = write('a.hdr', analyze(true, { orient: 7 }), { 'a.img': shorts });
    await expect(read(odd)).rejects.toThrow(/orient is 7, 0 to 5 are possible/);
    const files = { 'a.img': shorts, 'a.mat': junk };
    await expectValues(write('a.hdr', analyze(true), files), [
      AMBIGUOUS,
      'its orientation in a .mat file is not read',
    ]);
  });

  const nibabel = hasModule('nibabel');
  it.skipIf(!nibabel)(`reads as nibabel reads it ${nibabel ? '' : needsPython}`, async () => {
    const cases = [
      analyze(true),
      analyze(false),
      analyze(true, { origin: [2, 3, 1] }),
      analyze(true, { origin: [2, 30, 1] }),
      analyze(true, { slope: 2.5 }),
      analyze(true, { flip: -1 }),
      analyze(true, { origin: [1, -1, 4], slope: 0.5 }),
    ].map((header) => {
      const little = header.readInt32LE(0) === 348;
      return write('a.hdr', header, { 'a.img': bytesOf('int16', little) });
    });
    const script = `
import json, sys, numpy, nibabel
for path in sys.argv[1:]:
    image = nibabel.Spm99AnalyzeImage.load(path)
    print(json.dumps([image.affine[:3].tolist(), numpy.asarray(image.dataobj).ravel(order="F").tolist()]))`;
    const references = runPython(script, cases)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [number[][], number[]]);
    for (const [at, path] of cases.entries()) {
      const [affine, voxels] = references[at] as [number[][], number[]];
      const scan = await read(path);
      expect(scan.affine.map((row) => row.map((entry) => entry + 0))).toEqual(
        affine.map((row) => row.map((entry) => entry + 0)),
      );
      expect(numbersIn(scan)).toEqual(voxels);
    }
    expect(references).toHaveLength(7);
  });
});

const field = fileURLToPath(new URL('../../../../shared/data/field/', import.meta.url));
const there = existsSync(field);
describe.skipIf(!there)(`MetaImage from public reports ${there ? '' : '(needs shared/data)'}`, () => {
  it.each(['mha_itk_dicom_keys/a.mha', 'mhd_headersize_348/a.mhd', 'mhd_list_message/a.mhd'])(
    '%s reads as ITK reads it',
    async (name) => {
      const path = join(field, name);
      const scan = await read(path);
      expect([scan.size, scan.voxels.constructor.name]).toEqual([[32, 28, 10], 'Int16Array']);
      await expectAsItk(path);
    },
  );

  it('the three hold the same voxels where they are the same volume', async () => {
    const list = await read(join(field, 'mhd_list_message/a.mhd'));
    const raw = Buffer.concat(
      Array.from({ length: 10 }, (_, z) => readFileSync(join(field, `mhd_list_message/a${z}.raw`))),
    );
    expect(Buffer.from(list.voxels.buffer, list.voxels.byteOffset, list.voxels.byteLength)).toEqual(raw);
  });
});
