/**
 * Further valid files for the fuzzer, of rarer kinds: DICOM files with several scans or a volume in their frames, with
 * palettes, padding or JPEG; voxels in files of their own; clips.
 */
import { dicomFile, element, encapsulated, sequence, short, text } from '../scans/dicom-file.js';
import type { Sample } from './sample.js';

const SIDE = 8;
const EXPLICIT = '1.2.840.10008.1.2.1';

/** A baseline frame of 8×8 greys. */
const BASELINE = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABgQAAIDAAAAAAAAAAAAAAAAAAAEBiEy/9oACAEBAAA/ACxZbFH/2Q==',
  'base64',
);

/** A lossless frame of 8×8 samples of 12 bits, predictor 4, with a restart every two rows. */
const LOSSLESS = Buffer.from(
  '/9j/wwALDAAIAAgBAREA/8QAJAAAAwEBAQEBAQEBAQEBAQEBAAECAwQFBgcICQoLDA0ODxD/xAAkAQAAAAARAAAAAAAAAAAAAAAAAQIDBAUGBwgJCgsMDQ4PEP/dAAQAEP/aAAgBAQAEAAD/AM1H+0v6W/Wve8H8l/mn+lgAD//Q/wCEH+0v6W/Wve8H8l/mn3gAD//R/wCEH+0v6W/Wve8H8l/mn8lAAP/S/wDNR/tL+lv1r3vB/Jf5p/i0AA//2Q==',
  'base64',
);

/** Voxels (int16) of a blob; files with fewer slices use its first ones. */
const voxels = Int16Array.from({ length: SIDE ** 3 }, (_, i) => {
  const [x, y, z] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
  return 1000 - 30 * ((x - 4) ** 2 + (y - 3) ** 2 + (z - 4) ** 2);
});
const voxelBytes = Buffer.from(voxels.buffer);
const slices = Array.from({ length: SIDE }, (_, z) => voxelBytes.subarray(128 * z, 128 * (z + 1)));

export function samplesOfKinds(): Sample[] {
  return [
    ...[
      palette(),
      padded(),
      enhanced(),
      nuclear(),
      compressed('70', LOSSLESS, 16),
      compressed('50', BASELINE, 8),
    ],
    ...[wide(), longElement()].map((bytes) => bytes),
  ]
    .map((bytes): Sample => ({ ending: '.dcm', bytes }))
    .concat(
      listed(),
      { ending: '.nrrd', bytes: skipped() },
      analyze(),
      { ending: '.gif', bytes: gif() },
      { ending: '.avi', bytes: avi('MJPG', [BASELINE, BASELINE], 8) },
      {
        ending: '.avi',
        bytes: avi(
          '\0\0\0\0',
          [Buffer.from(voxelBytes.subarray(0, 192)), Buffer.from(voxelBytes.subarray(192, 384))],
          24,
        ),
      },
      { ending: '.npy', bytes: colourArray(), layout: 'tyxc' },
    );
}

const us = (group: number, number: number, ...values: number[]): Buffer =>
  element(group, number, 'US', Buffer.concat(values.map(short)));
const cs = (group: number, number: number, value: string): Buffer =>
  element(group, number, 'CS', text(value));
const ds = (group: number, number: number, value: string): Buffer =>
  element(group, number, 'DS', text(value));

/** Writes a picture with its elements in the order of their tags; `more` is merged into them. */
function picture(
  frames: number,
  bits: number,
  pixels: Buffer,
  more: readonly Buffer[],
  { photometric = 'MONOCHROME2', syntax = EXPLICIT } = {},
): Buffer {
  const elements = [
    cs(0x0008, 0x0060, 'MR'),
    element(0x0010, 0x0020, 'LO', text('P1')),
    us(0x0028, 0x0002, 1),
    cs(0x0028, 0x0004, photometric),
    element(0x0028, 0x0008, 'IS', text(String(frames))),
    us(0x0028, 0x0010, SIDE),
    us(0x0028, 0x0011, SIDE),
    us(0x0028, 0x0100, bits),
    us(0x0028, 0x0101, bits),
    us(0x0028, 0x0102, bits - 1),
    us(0x0028, 0x0103, 0),
    pixels,
    ...more,
  ];
  const tagOf = (bytes: Buffer): number => bytes.readUInt16LE(0) * 65536 + bytes.readUInt16LE(2);
  return dicomFile(
    syntax,
    elements.sort((a, b) => tagOf(a) - tagOf(b)),
  );
}

const words = (bytes: Buffer): Buffer => element(0x7fe0, 0x0010, 'OW', bytes);

/** Picture with a palette of three tables, the red one of 8 bits. */
function palette(): Buffer {
  const tables = [0x1201, 0x1202, 0x1203].map((number) =>
    element(0x0028, number, 'OW', Buffer.from(Uint16Array.from({ length: 256 }, (_, i) => 257 * i).buffer)),
  );
  const pixels = words(Buffer.from(Uint8Array.from({ length: SIDE ** 2 }, (_, i) => 4 * i)));
  const descriptors = [0x1101, 0x1102, 0x1103].map((number) => us(0x0028, number, 256, 0, 16));
  return picture(1, 8, pixels, [...descriptors, ...tables], { photometric: 'PALETTE COLOR' });
}

/** Picture with a range of padding values and pixels twice as wide as high. */
function padded(): Buffer {
  const more = [
    us(0x0028, 0x0120, 0),
    us(0x0028, 0x0121, 20),
    element(0x0028, 0x0034, 'IS', text('1\\2')),
    ds(0x0018, 0x1063, '40'),
  ];
  return picture(SIDE, 16, words(voxelBytes), more);
}

/** Magnitude and phase of four slices, with functional groups for each frame. */
function enhanced(): Buffer {
  const frames = Array.from({ length: SIDE }, (_, frame) => [
    sequence(0x0018, 0x9226, [[cs(0x0008, 0x9007, `ORIGINAL\\PRIMARY\\${frame < 4 ? 'M' : 'P'}\\NONE`)]]),
    sequence(0x0020, 0x9111, [
      [element(0x0020, 0x9157, 'UL', Buffer.from(Uint32Array.of(1, (frame % 4) + 1).buffer))],
    ]),
    sequence(0x0020, 0x9113, [[ds(0x0020, 0x0032, `0\\0\\${3 * (frame % 4)}`)]]),
  ]);
  const shared = [
    sequence(0x0020, 0x9116, [[ds(0x0020, 0x0037, '1\\0\\0\\0\\1\\0')]]),
    sequence(0x0028, 0x9110, [[ds(0x0018, 0x0050, '3'), ds(0x0028, 0x0030, '2\\2')]]),
  ];
  return picture(SIDE, 16, words(voxelBytes), [
    element(0x0008, 0x0016, 'UI', text('1.2.840.10008.5.1.4.1.1.4.1', '\0')),
    sequence(0x5200, 0x9229, [shared]),
    sequence(0x5200, 0x9230, frames),
  ]);
}

/** A reconstructed tomogram, whose frames are slices by their vectors. */
function nuclear(): Buffer {
  return picture(SIDE, 16, words(voxelBytes), [
    cs(0x0008, 0x0008, 'ORIGINAL\\PRIMARY\\RECON TOMO\\EMISSION'),
    element(0x0008, 0x0016, 'UI', text('1.2.840.10008.5.1.4.1.1.20', '\0')),
    ds(0x0018, 0x0050, '2'),
    ds(0x0018, 0x0088, '2'),
    ds(0x0028, 0x0030, '2\\2'),
    element(0x0028, 0x0009, 'AT', Buffer.concat([short(0x0054), short(0x0080)])),
    sequence(0x0054, 0x0022, [[ds(0x0020, 0x0032, '0\\0\\0'), ds(0x0020, 0x0037, '1\\0\\0\\0\\1\\0')]]),
    us(0x0054, 0x0080, ...Array.from({ length: SIDE }, (_, i) => i + 1)),
    us(0x0054, 0x0081, SIDE),
  ]);
}

function compressed(syntax: string, frame: Buffer, bits: number): Buffer {
  const even = frame.length % 2 === 0 ? frame : Buffer.concat([frame, Buffer.alloc(1)]);
  return picture(2, bits, encapsulated([even, even]), [ds(0x0018, 0x1063, '40')], {
    syntax: `1.2.840.10008.1.2.4.${syntax}`,
  });
}

/** Clip with pixels that are not square, according to a region of ultrasound. */
function wide(): Buffer {
  const region = [
    us(0x0018, 0x6012, 1),
    us(0x0018, 0x6014, 1),
    element(0x0018, 0x602c, 'FD', Buffer.from(Float64Array.of(0.2).buffer)),
    element(0x0018, 0x602e, 'FD', Buffer.from(Float64Array.of(0.1).buffer)),
  ];
  return picture(SIDE, 16, words(voxelBytes), [
    sequence(0x0018, 0x6011, [region]),
    element(0x0018, 0x1065, 'DS', text('0\\40\\40\\40\\50\\40\\40\\40')),
  ]);
}

/** Picture with an extended offset table, whose value representation is newer than parsers. */
function longElement(): Buffer {
  const table = Buffer.concat([
    short(0x7fe0),
    short(0x0001),
    Buffer.from('OV\0\0'),
    Buffer.from(Uint32Array.of(16, 0, 0, 192, 0).buffer),
  ]);
  return picture(SIDE, 16, words(voxelBytes), [table]);
}

/** MetaImage header with a list of one file per slice. */
function listed(): Sample {
  const names = slices.map((_, z) => `s${z}.raw`);
  const header = [
    'ObjectType = Image',
    'NDims = 3',
    '0008|0060 = MR',
    `DimSize = ${SIDE} ${SIDE} ${SIDE}`,
    'ElementType = MET_SHORT',
    'ElementSpacing = 2 2 3',
    'HeaderSize = 0',
    `ElementDataFile = LIST\n${names.join('\n')}`,
  ].join('\n');
  return {
    ending: '.mhd',
    bytes: Buffer.from(`${header}\n`),
    beside: Object.fromEntries(names.map((name, z) => [name, slices[z] as Buffer])),
  };
}

/** NRRD whose voxels follow lines and bytes to skip. */
function skipped(): Buffer {
  const header = `NRRD0005\ntype: short\ndimension: 3\nsizes: 8 8 8\nspacings: 2 2 3\nendian: little\nencoding: raw\nline skip: 1\nbyte skip: 4\nkey:=value\n\n`;
  return Buffer.concat([Buffer.from(`${header}one line\nfour`), voxelBytes]);
}

/** ANALYZE header with its voxels in a second file. */
function analyze(): Sample {
  const bytes = Buffer.alloc(348);
  bytes.writeInt32LE(348, 0);
  [3, SIDE, SIDE, SIDE, 1].forEach((n, i) => bytes.writeInt16LE(n, 40 + 2 * i));
  bytes.writeInt16LE(4, 70);
  bytes.writeInt16LE(16, 72);
  [0, 2, 2, 3].forEach((mm, i) => bytes.writeFloatLE(mm, 76 + 4 * i));
  [4, 4, 4].forEach((voxel, i) => bytes.writeInt16LE(voxel, 253 + 2 * i));
  return { ending: '.hdr', bytes, beside: { 'scan.img': voxelBytes } };
}

/** Two frames of four colours, the second drawn over a part of the first. */
function gif(): Buffer {
  const frame = (box: readonly number[], count: number): Buffer => {
    // A clear code of three bits before every index, so that the code table does not grow.
    const codes = [...Array.from({ length: count }, (_, i) => [4, i % 4]).flat(), 5];
    const data = Buffer.alloc(Math.ceil((3 * codes.length) / 8));
    codes.forEach((code, i) => {
      for (let bit = 3 * i; bit < 3 * i + 3; bit++)
        data[bit >> 3] = (data[bit >> 3] as number) | (((code >> (bit - 3 * i)) & 1) << (bit & 7));
    });
    return Buffer.concat([
      Buffer.from([0x21, 0xf9, 4, 0x09, 10, 0, 3, 0, 0x2c]),
      ...box.map(short),
      Buffer.from([0, 2, data.length]),
      data,
      Buffer.from([0]),
    ]);
  };
  return Buffer.concat([
    Buffer.from('GIF89a'),
    short(SIDE),
    short(SIDE),
    Buffer.from([0x81, 0, 0, 0, 0, 0, 80, 80, 80, 160, 160, 160, 255, 255, 255]),
    frame([0, 0, SIDE, SIDE], SIDE ** 2),
    frame([2, 2, 4, 4], 16),
    Buffer.from([0x3b]),
  ]);
}

function avi(compression: string, frames: readonly Buffer[], bits: number): Buffer {
  const chunk = (id: string, ...parts: Buffer[]): Buffer => {
    const data = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return Buffer.concat([Buffer.from(id), length, data, Buffer.alloc(data.length % 2)]);
  };
  const strh = Buffer.alloc(56);
  strh.write('vids', 0);
  strh.writeUInt32LE(1, 20);
  strh.writeUInt32LE(25, 24);
  const strf = Buffer.alloc(40);
  strf.writeUInt32LE(40, 0);
  strf.writeInt32LE(SIDE, 4);
  strf.writeInt32LE(SIDE, 8);
  strf.writeUInt16LE(bits, 14);
  strf.write(compression, 16, 'latin1');
  const vprp = Buffer.alloc(68);
  [4, 3].forEach((n, i) => vprp.writeUInt16LE(n, 20 + 2 * i));
  [SIDE, SIDE].forEach((n, i) => vprp.writeUInt32LE(n, 24 + 4 * i));
  const stream = chunk(
    'LIST',
    Buffer.from('strl'),
    chunk('strh', strh),
    chunk('strf', strf),
    chunk('vprp', vprp),
  );
  return chunk(
    'RIFF',
    Buffer.from('AVI '),
    chunk('LIST', Buffer.from('hdrl'), chunk('avih', Buffer.alloc(56)), stream),
    chunk('LIST', Buffer.from('movi'), ...frames.map((frame) => chunk('00dc', frame))),
  );
}

/** A clip in colours, as NumPy writes it. */
function colourArray(): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (8, 8, 8, 3), }`.padEnd(117);
  const pixels = Buffer.from(Uint8Array.from({ length: SIDE ** 3 * 3 }, (_, i) => (i * 7) % 251));
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    short(118),
    Buffer.from(`${header}\n`),
    pixels,
  ]);
}
