/**
 * Which colours pixels have and in which order their bytes lie, where several places say so: JPEG's own segments, the
 * header, the value representation.
 */
import { describe, expect, it } from 'vitest';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import {
  BIG,
  EXPLICIT,
  dicomPicture,
  even,
  field,
  fragmented,
  numbers,
  words,
} from '../../../support/scans/dicom-picture.js';
import { COLOUR_SEGMENTS, flatJpeg } from '../../../support/scans/jpeg-flat.js';
import { losslessJpeg } from '../../../support/scans/jpeg-encoder.js';

const BASELINE = '1.2.840.10008.1.2.4.50';

async function voxelsOf(path: string): Promise<number[]> {
  return [...(await dicom.read(path)).voxels].map(Number);
}

describe('JPEG in colour', () => {
  // Luma of the components as red, green and blue is 108; as YCbCr it is the first of them.
  const [components, asRgb, asYbr] = [[124, 86, 182], 108, 124];
  const marked = { JFIF: asYbr, 'Adobe 0': asRgb, 'Adobe 1': asYbr, 'JFIF and Adobe 0': asYbr };
  const rows = Object.keys(COLOUR_SEGMENTS).flatMap((segments) =>
    ['RGB', 'YBR_FULL', 'YBR_FULL_422'].map((photometric) => {
      const own = segments as keyof typeof COLOUR_SEGMENTS;
      const byHeader = photometric === 'RGB' ? asRgb : asYbr;
      return { segments: own, photometric, right: own === 'none' ? byHeader : marked[own] };
    }),
  );
  it.each(rows)('with $segments in JPEG and $photometric in the header has luma $right', async (row) => {
    const frame = even(flatJpeg(components, row.segments));
    const { photometric } = row;
    const file = {
      rows: 8,
      columns: 8,
      samples: 3,
      photometric,
      syntax: BASELINE,
      pixels: fragmented([frame]),
    };
    const luma = await voxelsOf(dicomPicture(file));
    expect(luma).toHaveLength(64);
    for (const value of luma) expect(Math.abs(value - row.right)).toBeLessThanOrEqual(1);
  });

  it.each(
    ['50', '51', '53', '55', '57', '70', '80', '81'].flatMap((end) =>
      [0xc0, 0xc1, 0xc2].map((process) => [end, process] as const),
    ),
  )('under 1.2.840.10008.1.2.4.%s is decoded as what its frames say: process %i', async (end, process) => {
    const frame = even(flatJpeg([77], 'none', process));
    const syntax = `1.2.840.10008.1.2.4.${end}`;
    const read = voxelsOf(dicomPicture({ rows: 8, columns: 8, syntax, pixels: fragmented([frame]) }));
    expect(await read).toEqual(Array(64).fill(77));
  });
});

describe('colours that are not compressed', () => {
  const colours = [255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 200, 100, 50];
  const lumas = [255, 76, 150, 29, 18, 124];
  const planes = [0, 1, 2].flatMap((colour) => colours.filter((_, i) => i % 3 === colour));

  it.each(
    [EXPLICIT, BIG].flatMap((syntax) =>
      ([1, 2, 4] as const).flatMap((width) =>
        [true, false].flatMap((planar) =>
          (width === 1 ? ['OW', 'OB'] : ['OW']).map((vr) => ({ syntax, width, planar, vr })),
        ),
      ),
    ),
  )(
    'are read exactly: $width bytes a sample, $vr, planar $planar, $syntax',
    async ({ syntax, width, planar, vr }) => {
      const big = syntax === BIG;
      // White is the largest number that there is.
      const scale = (256 ** width - 1) / 255;
      const samples = (planar ? planes : colours).map((sample) => sample * scale);
      const bytes = numbers(samples, width, big);
      const pixels = field(0x7fe0, 0x0010, vr, width === 1 && vr === 'OW' ? words(bytes, big) : bytes, big);
      const file = { rows: 2, columns: 3, samples: 3, planar, allocated: 8 * width, syntax, pixels };
      const right = colours.flatMap((_, i) => {
        const [red = 0, green = 0, blue = 0] = colours.slice(i);
        return i % 3 === 0
          ? [Math.fround(Math.round(((299 * red + 587 * green + 114 * blue) * scale) / 1000))]
          : [];
      });
      expect(right.map((luma) => Math.round(luma / scale))).toEqual(lumas);
      expect(await voxelsOf(dicomPicture(file))).toEqual(right);
    },
  );

  it.each([EXPLICIT, BIG])('of an odd number of bytes are read over the end of words: %s', async (syntax) => {
    const big = syntax === BIG;
    const pixels = field(0x7fe0, 0x0010, 'OW', words(Buffer.from(colours.slice(0, 9)), big), big);
    const file = { rows: 1, columns: 3, samples: 3, syntax, pixels };
    expect(await voxelsOf(dicomPicture(file))).toEqual(lumas.slice(0, 3));
  });

  it.each([EXPLICIT, BIG])('or grey, over several frames: %s', async (syntax) => {
    const big = syntax === BIG;
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const pixels = field(0x7fe0, 0x0010, 'OW', words(Buffer.from(values), big), big);
    expect(await voxelsOf(dicomPicture({ rows: 1, columns: 3, frames: 3, syntax, pixels }))).toEqual(values);
  });

  it.each([1, 3])(
    'labelled as subsampled where they are not are refused with both sizes: %i frames',
    async (frames) => {
      const pixels = field(0x7fe0, 0x0010, 'OB', Buffer.alloc(24 * frames));
      const file = { rows: 2, columns: 4, frames, samples: 3, photometric: 'YBR_FULL_422', pixels };
      await expect(voxelsOf(dicomPicture(file))).rejects.toThrow(
        `holds ${24 * frames} bytes of pixels where YBR_FULL_422 needs ${16 * frames}; correct its Photometric`,
      );
    },
  );

  it('that are subsampled give their luma', async () => {
    const pixels = field(0x7fe0, 0x0010, 'OB', Buffer.from([1, 2, 128, 128, 3, 4, 128, 128]));
    const file = { rows: 2, columns: 2, samples: 3, photometric: 'YBR_FULL_422', pixels };
    expect(await voxelsOf(dicomPicture(file))).toEqual([1, 2, 3, 4]);
  });

  it('labelled as whole where they are subsampled are refused with both sizes', async () => {
    const pixels = field(0x7fe0, 0x0010, 'OB', Buffer.alloc(16));
    const file = { rows: 2, columns: 4, samples: 3, photometric: 'YBR_FULL', pixels };
    await expect(voxelsOf(dicomPicture(file))).rejects.toThrow(/24 bytes of pixels; 16 are there/);
  });
});

describe('Photometric Interpretation', () => {
  const pixels = (count: number): Buffer => field(0x7fe0, 0x0010, 'OB', Buffer.alloc(count, 9));

  it.each([
    ['HSV', 3],
    ['CMYK', 3],
    ['MONOCHROME2', 3],
    ['PALETTE COLOR', 3],
    ['RGB', 1],
    ['YBR_FULL', 1],
  ])('%s is refused with %i samples per pixel', async (photometric, samples) => {
    const file = { rows: 2, columns: 4, samples, photometric, pixels: pixels(8 * samples) };
    await expect(voxelsOf(dicomPicture(file))).rejects.toThrow(
      new RegExp(`Interpretation is ${photometric}, which is not read with ${samples} sample`),
    );
  });

  it.each([1, 3])('that is empty is grey or RGB: %i samples per pixel', async (samples) => {
    const file = { rows: 2, columns: 4, samples, photometric: '', pixels: pixels(8 * samples) };
    expect(await voxelsOf(dicomPicture(file))).toEqual(Array.from({ length: 8 }, () => 9));
  });

  it('YBR_PARTIAL_422 shares chroma between neighbours', async () => {
    const bytes = Buffer.from([10, 20, 128, 128, 30, 40, 128, 128]);
    const own = field(0x7fe0, 0x0010, 'OB', bytes);
    const file = { rows: 1, columns: 4, samples: 3, photometric: 'YBR_PARTIAL_422', pixels: own };
    expect(await voxelsOf(dicomPicture(file))).toEqual([10, 20, 30, 40]);
  });
});

describe('JPEG-LS', () => {
  // 4 × 4 pixels of 12 bits, by CharLS.
  const head =
    'ffd8fff7000b0c0004000401011100ffda000801010000000008e000000003dac000000027922e040820408210410840';
  const rows = [100, 2000, 3000, 4095];
  const read = (end: string, fields: { stored?: number; signed?: boolean } = {}): Promise<number[]> => {
    const pixels = fragmented([even(Buffer.from(head + end, 'hex'))]);
    const syntax = '1.2.840.10008.1.2.4.80';
    return voxelsOf(
      dicomPicture({ rows: 4, columns: 4, allocated: 16, stored: 12, syntax, pixels, ...fields }),
    );
  };

  it.each(['ffd9', 'ffd90000', 'ffd9ffff', 'ffd9ff', 'ffd900', 'ffffffd9', 'ffd9ff00ff00'])(
    'that ends with %s has its pixels',
    async (end) => {
      expect(await read(end)).toEqual([...rows, ...rows, ...rows, ...rows]);
    },
  );

  it.each(['', 'ffff', '0000', 'ffd8'])('that ends with %s has no end', async (end) => {
    await expect(read(end)).rejects.toThrow(/can not be decoded \(it has no end\)/);
  });

  it('keeps its sign, and is refused where it can not be known', async () => {
    expect((await read('ffd9', { signed: true })).slice(0, 4)).toEqual([100, 2000, -1096, -1]);
    await expect(read('ffd9', { signed: true, stored: 16 })).rejects.toThrow(
      /12 bits, its header says 16 with a sign/,
    );
  });
});

describe('compressed frames', () => {
  const samples = [0, 1, 2].map((frame) => Array.from({ length: 30 }, (_, i) => (7 * i + 50 * frame) % 256));
  const frames = samples.map((values) => {
    return even(losslessJpeg(values, { rows: 5, columns: 6, components: 1, bits: 8, predictor: 1 }));
  });
  const halves = frames.flatMap((frame) => [frame.subarray(0, 40), frame.subarray(40)]);
  const offsets = [0, 1, 2].map((index) =>
    halves.slice(0, 2 * index).reduce((sum, half) => sum + 8 + half.length, 0),
  );
  const padded = frames.map((frame) => Buffer.concat([frame, Buffer.from([0xff, 0xff])]));
  const split = padded.flatMap((frame) => [frame.subarray(0, 40), frame.subarray(40)]);
  const cut = frames.flatMap((frame) => {
    const end = frame.lastIndexOf(Buffer.from([0xff, 0xd9])) + 1;
    return [frame.subarray(0, end), frame.subarray(end)];
  });
  const read = (pixels: Buffer, between: readonly Buffer[] = []): Promise<number[]> =>
    voxelsOf(
      dicomPicture({ rows: 5, columns: 6, frames: 3, syntax: '1.2.840.10008.1.2.4.70', between, pixels }),
    );
  const long = (values: readonly number[]): Buffer => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
  const starts = [0, 1, 2].map((index) =>
    frames.slice(0, index).reduce((sum, frame) => sum + 8 + frame.length, 0),
  );
  const extended = [
    field(0x7fe0, 0x0001, 'OV', long(starts)),
    field(0x7fe0, 0x0002, 'OV', long(frames.map(({ length }) => length))),
  ];

  it.each([
    ['one fragment each', fragmented(frames), []],
    ['one fragment each and an extended offset table', fragmented(frames), extended],
    ['two fragments each and an offset table', fragmented(halves, offsets), []],
    ['two fragments each and no table', fragmented(halves), []],
    ['two fragments each, padded, and no table', fragmented(split), []],
    ['one fragment each, and an empty one', fragmented([...frames, Buffer.alloc(0)]), []],
    ['two fragments each, and an empty one', fragmented([...halves, Buffer.alloc(0)]), []],
    ['two fragments each, the end split between them, and no table', fragmented(cut), []],
    ['two fragments each and a table that is wrong', fragmented(halves, [0, 5, 9]), []],
    ['two fragments each and a table of too few', fragmented(halves, [0]), []],
  ])('are told apart: %s', async (_, pixels, between) => {
    expect(await read(pixels, between)).toEqual(samples.flat());
  });

  it.each([
    ['fewer fragments than frames', frames.slice(1), /truncated: its header declares 3 frames, 2 are there/],
    [
      'more frames than the header says',
      [...frames, frames[0] as Buffer],
      /declares 3 frames, its 4 fragments hold 4/,
    ],
    ['frames without an end', halves.filter((_, i) => i !== 1), /declares 3 frames, its 5 fragments hold 2/],
  ])('are refused: %s', async (_, fragments, reason) => {
    await expect(read(fragmented(fragments))).rejects.toThrow(reason);
  });
});
