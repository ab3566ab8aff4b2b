/**
 * JPEG 2000 and its high-throughput kind: signs, colours, and frames under another syntax than their own. Frames are
 * those of OpenJPEG 2.5 and OpenJPH 0.2x as imagecodecs wraps them, without comments.
 */
import { describe, expect, it } from 'vitest';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { dicomPicture, even, fragmented, type PictureFields } from '../../../support/scans/dicom-picture.js';
import { flatJpeg } from '../../../support/scans/jpeg-flat.js';

const SYNTAX = '1.2.840.10008.1.2.4.';

/** 4 × 3 samples with a sign. */
const SIGNED = [-128, -100, -1, 0, 5, 127, 90, -64, 33, -2, 1, 64];
const extents = '0000000400000003';
const sizes = (extents + '0'.repeat(16)).repeat(2);
const frames = {
  bits8: `ff4fff5100290000${sizes}0001870101ff52000c00000001000004040001ff5c00044040ff90000a00000000001e0001ff93df806806be67960bc916d6f7bcad45a3ffd9`,
  // The samples times 16.
  bits12: `ff4fff5100290000${sizes}00018b0101ff52000c00000001000004040001ff5c00044060ff90000a0000000000200001ff93dfe03c06be67960bc916d6f7bcad45a4107fffd9`,
  // The samples times 200.
  bits16: `ff4fff5100290000${sizes}00018f0101ff52000c00000001000004040001ff5c00044080ff90000a0000000000260001ff93cffc3050070caf60bd1183d21434de6dfc636aa9f445c58fffd9`,
  fast8: `ff4fff5100294000${sizes}0001870101ff500008000200000001ff52000c00020001000104044001ff5c00072048484848ff90000a0000000000340001ff93c02a00b71819f700419400c02a2013402722e16df700429400d48a00423400d4e6fe00623400ffd9`,
  fast16: `ff4fff5100294000${sizes}00018f0101ff500008000200000009ff52000c00020001000104044001ff5c00072088888888ff90000a0000000000450001ff93c0002b000311b7bbf28932f902833400c0002b20001510000a90ec1bdadaefe3dbf5014294006c25d5f605017400caa63e45fe01623400ffd9`,
} as const;

type Name = keyof typeof frames;
const SCALES: Readonly<Record<Name, number>> = { bits8: 1, bits12: 16, bits16: 200, fast8: 1, fast16: 200 };
const valuesOf = (name: Name): number[] => SIGNED.map((value) => value * SCALES[name]);
const allocatedOf = (name: Name): number => (name.endsWith('8') ? 8 : 16);
const storedOf = (name: Name): number => Number(/\d+/.exec(name)?.[0]);

async function read(frame: Uint8Array, fields: Partial<PictureFields> = {}): Promise<number[]> {
  const pixels = fragmented([even(frame)]);
  const path = dicomPicture({ rows: 3, columns: 4, signed: true, syntax: `${SYNTAX}90`, ...fields, pixels });
  return [...(await dicom.read(path)).voxels].map(Number);
}

const bytesOf = (name: Name): Buffer => Buffer.from(frames[name], 'hex');
const names = Object.keys(frames) as Name[];

describe('signed samples of JPEG 2000', () => {
  it.each(names)('are exact: %s', async (name) => {
    const fields = { allocated: allocatedOf(name), stored: storedOf(name) };
    expect(await read(bytesOf(name), fields)).toEqual(valuesOf(name));
  });

  it.each(names)('keep their sign where the header states more bits: %s', async (name) => {
    expect(await read(bytesOf(name), { allocated: 16, stored: 16 })).toEqual(valuesOf(name));
  });

  it.each(names)('are refused where the header says that there is no sign: %s', async (name) => {
    const fields = { allocated: 16, stored: 16, signed: false };
    await expect(read(bytesOf(name), fields)).rejects.toThrow(
      /compressed samples have a sign, its header says/,
    );
  });

  it('of fewer bits than the header says are refused where the frame has no sign', async () => {
    const unsigned = Buffer.from(
      'ff4fff5100290000000000020000000200000000000000000000000200000002000000000000000000010b0101ff52000c00000001000004040001ff5c00044060ff90000a0000000000170001ff93cfe41802e0100d48c8ffd9',
      'hex',
    );
    const fields = { rows: 2, columns: 2, allocated: 16 };
    expect(await read(unsigned, { ...fields, stored: 16, signed: false })).toEqual([4000, 3, 2048, 9]);
    // Twelve bits with a sign, of which the frame says nothing.
    expect(await read(unsigned, { ...fields, stored: 12 })).toEqual([-96, 3, -2048, 9]);
    await expect(read(unsigned, { ...fields, stored: 16 })).rejects.toThrow(/12 bits, its header says 16/);
  });
});

describe('colours of JPEG 2000', () => {
  const colours = [200, 30, 60, 0, 255, 10, 5, 5, 250, 90, 91, 92];
  const head =
    'ff4fff51002f000000000002000000020000000000000000000000020000000200000000000000000003070101070101070101ff52000c00000001';
  const plain = `${head}000004040001ff5c00044040ff90000a0000000000270001ff93df80300e13294be17fcfb4140842eb133bcfb41409aa0a5c29ffd9`;
  const transformed = `${head}010004040001ff5c00044040ff90000a0000000000250001ff93c7d40a08eae5dea7df80280a7350f098df802003321899ffd9`;
  const luma = [0, 3, 6, 9].map((at) => {
    const [red = 0, green = 0, blue = 0] = colours.slice(at, at + 3);
    return Math.round((299 * red + 587 * green + 114 * blue) / 1000);
  });
  const first = colours.filter((_, i) => i % 3 === 0);
  const readColours = (hex: string, photometric: string): Promise<number[]> =>
    read(Buffer.from(hex, 'hex'), { rows: 2, columns: 2, samples: 3, signed: false, photometric });

  it.each(['RGB', 'YBR_RCT', 'YBR_ICT', 'YBR_FULL_422', 'YBR_PARTIAL_420'])(
    'that the frame says it transformed are red, green and blue again: %s',
    async (photometric) => {
      expect(await readColours(transformed, photometric)).toEqual(luma);
    },
  );

  it('that are not transformed are what the header says', async () => {
    expect(await readColours(plain, 'RGB')).toEqual(luma);
    for (const photometric of ['YBR_FULL', 'YBR_FULL_422'])
      expect(await readColours(plain, photometric)).toEqual(first);
  });

  it('of components that have other sizes are refused', async () => {
    const hex = plain.replace('070101070101070101', '070101070201070201');
    await expect(readColours(hex, 'YBR_FULL_422')).rejects.toThrow(/components of several sizes/);
  });
});

describe('a frame under another syntax of JPEG than its own', () => {
  it.each(['50', '70', '80', '90', '91', '201', '203'])('is decoded as what it is: %s', async (end) => {
    const syntax = SYNTAX + end;
    expect(await read(bytesOf('fast8'), { syntax })).toEqual(SIGNED);
    expect(await read(bytesOf('bits8'), { syntax })).toEqual(SIGNED);
    const flat = await read(flatJpeg([77], 'none'), { rows: 8, columns: 8, signed: false, syntax });
    for (const value of flat) expect(Math.abs(value - 77)).toBeLessThanOrEqual(1);
  });

  it.each(['50', '90', '201'])('that is none of them is refused: %s', async (end) => {
    await expect(read(Buffer.from('no frame'), { syntax: SYNTAX + end })).rejects.toThrow(/have no header/);
  });
});

it.each(names)('a frame that is cut is refused, wherever: %s', async (name) => {
  const frame = bytesOf(name);
  const fields = { allocated: allocatedOf(name), stored: storedOf(name) };
  for (let length = 60; length < frame.length; length++)
    await expect(read(frame.subarray(0, length), fields)).rejects.toThrow(
      /can not be decoded \(it has no end\)/,
    );
  expect(await read(Buffer.concat([frame, Buffer.alloc(3)]), fields)).toEqual(valuesOf(name));
});

it('more bits than 16 are refused', async () => {
  const deep = Buffer.from(frames.bits16.replace('00018f', '000193'), 'hex');
  await expect(read(deep, { allocated: 32, stored: 20 })).rejects.toThrow(
    /JPEG 2000 with 20 bits is not read/,
  );
});
