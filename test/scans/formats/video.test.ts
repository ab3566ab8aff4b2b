/**
 * Video by whichever decoder there is: GIF and AVI by voxolve itself, the rest by node-av or ffmpeg; equal frames at equal
 * times by every way.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { prepareCine } from '../../../src/scans/preprocess/cine.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { ScanOptions, transformsOf } from '../../../src/scans/options.js';
import { prepare } from '../../../src/scans/preprocess/preprocess.js';
import { decodeVideo, video } from '../../../src/scans/formats/video.js';
import {
  decodeExternally,
  ffmpegDecoder,
  nodeAvDecoder,
  type VideoDecoder,
} from '../../../src/scans/formats/video/external.js';
import type { VideoFrames } from '../../../src/scans/formats/video/frames.js';
import { hasFfmpeg, needsFfmpeg, writeClip } from '../../support/scans/ffmpeg.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const folder = temporaryFolder();
const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const frame = ({ pictures, width, height }: VideoFrames, index: number): number[] => [
  ...pictures.subarray(index * width * height, (index + 1) * width * height),
];

const u16 = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);

/** A frame of a GIF, with a clear code before each index, so that codes never grow. */
interface GifFrame {
  readonly box: readonly [left: number, top: number, width: number, height: number];
  readonly indices: readonly number[];
  readonly delay?: number;
  readonly disposal?: number;
  readonly transparent?: number;
  readonly interlaced?: boolean;
}

function gif(width: number, height: number, frames: readonly GifFrame[], aspect = 0): Buffer {
  // Black, red, green, white: luma 0, 76, 150, 255.
  const colours = Buffer.from([0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255]);
  const blocks = frames.map(({ box, indices, delay = 10, disposal = 0, transparent, interlaced = false }) => {
    const codes = [...indices.flatMap((index) => [4, index]), 5];
    const data = Buffer.alloc(Math.ceil((codes.length * 3) / 8));
    codes.forEach((code, i) => {
      for (let bit = 0; bit < 3; bit++)
        if ((code >> bit) & 1)
          data[(3 * i + bit) >> 3] = (data[(3 * i + bit) >> 3] as number) | (1 << ((3 * i + bit) & 7));
    });
    const parts = [];
    for (let at = 0; at < data.length; at += 255) {
      const part = data.subarray(at, at + 255);
      parts.push(Buffer.from([part.length]), part);
    }
    return Buffer.concat([
      Buffer.from([0x21, 0xf9, 4, (disposal << 2) | Number(transparent !== undefined)]),
      u16(delay),
      Buffer.from([transparent ?? 0, 0, 0x2c]),
      u16(...box),
      Buffer.from([interlaced ? 0x40 : 0, 2]),
      ...parts,
      Buffer.from([0]),
    ]);
  });
  return Buffer.concat([
    Buffer.from('GIF89a'),
    u16(width, height),
    Buffer.from([0x81, 0, aspect]),
    colours,
    Buffer.from([0x21, 0xff, 11]),
    Buffer.from('NETSCAPE2.0'),
    Buffer.from([3, 1, 0, 0, 0]),
    ...blocks,
    Buffer.from([0x3b]),
  ]);
}

const whole = [0, 0, 2, 2] as const;
const cases: Readonly<Record<string, Buffer>> = {
  'two frames': gif(2, 2, [
    { box: whole, indices: [0, 1, 2, 3] },
    { box: whole, indices: [3, 2, 1, 0], delay: 25 },
  ]),
  'delays that are too short': gif(2, 2, [
    { box: whole, indices: [0, 1, 2, 3], delay: 0 },
    { box: whole, indices: [1, 1, 2, 3], delay: 1 },
    { box: whole, indices: [2, 1, 2, 3], delay: 2 },
    { box: whole, indices: [3, 1, 2, 3] },
  ]),
  'parts that are drawn over the picture': gif(3, 2, [
    { box: [0, 0, 3, 2], indices: [3, 3, 3, 2, 2, 2], disposal: 1 },
    { box: [1, 0, 2, 1], indices: [1, 2], disposal: 2 },
    { box: [0, 1, 1, 1], indices: [3], disposal: 3 },
    { box: [2, 1, 1, 1], indices: [1] },
  ]),
  'colours that are not drawn': gif(2, 2, [
    { box: whole, indices: [0, 1, 2, 3], transparent: 3 },
    { box: whole, indices: [0, 3, 3, 1], transparent: 0, disposal: 2 },
    { box: whole, indices: [0, 0, 3, 0], transparent: 0 },
  ]),
  'a first frame that does not cover the picture': gif(3, 2, [
    { box: [1, 0, 1, 2], indices: [3, 2] },
    { box: [0, 0, 1, 1], indices: [1] },
  ]),
  'interlaced rows': gif(1, 11, [
    { box: [0, 0, 1, 11], indices: [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2], interlaced: true },
  ]),
  'pixels that are wide': gif(2, 2, [{ box: whole, indices: [0, 1, 2, 3] }], 113),
};

describe('GIF', () => {
  it('gives luma, and the time at which each frame is shown', async () => {
    const clip = await decodeVideo(put('two.gif', cases['two frames'] as Buffer));
    expect([frame(clip, 0), frame(clip, 1)]).toEqual([
      [0, 76, 150, 255],
      [255, 150, 76, 0],
    ]);
    expect([clip.times, clip.aspect]).toEqual([[0, 0.1], 1]);
  });

  it('takes delays that are too short for a tenth of a second', async () => {
    const { times } = await decodeVideo(put('short.gif', cases['delays that are too short'] as Buffer));
    expect(times).toEqual([0, 0.1, 0.2, 0.22]);
  });

  it('draws parts over the picture, and leaves them as it says', async () => {
    const clip = await decodeVideo(
      put('parts.gif', cases['parts that are drawn over the picture'] as Buffer),
    );
    expect([0, 1, 2, 3].map((index) => frame(clip, index))).toEqual([
      [255, 255, 255, 150, 150, 150],
      [255, 76, 150, 150, 150, 150],
      [255, 0, 0, 255, 150, 150],
      [255, 0, 0, 150, 150, 76],
    ]);
  });

  it('gives pixels their shape', async () => {
    const scan = await video.read(put('wide.gif', cases['pixels that are wide'] as Buffer));
    expect([scan.spacing, scan.calibrated]).toEqual([[2, 1, 1], false]);
  });

  it.skipIf(!hasFfmpeg)(`is read as ffmpeg reads it ${needsFfmpeg}`, async () => {
    for (const [name, bytes] of Object.entries(cases)) {
      const path = put('case.gif', bytes);
      expectEqual(
        await decodeVideo(path),
        await decodeExternally(path, path, ffmpegDecoder('ffmpeg')),
        name,
        0,
      );
    }
  });

  it.each([
    ['that ends within a frame', (bytes: Buffer) => bytes.subarray(0, 55), /truncated: ends at byte 55/],
    [
      'whose codes end early',
      (bytes: Buffer) => dropCodes(bytes),
      /truncated: a frame of 4 pixels, \d are there/,
    ],
    ['without frames', () => gif(2, 2, []), /holds no frames/],
    ['of no size', () => gif(0, 2, []), /its pictures have 0×2 pixels/],
    [
      'with a frame beside the picture',
      () => gif(2, 2, [{ box: [1, 0, 2, 2], indices: [0, 0, 0, 0] }]),
      /a frame of 2×2 pixels at 1, 0 in pictures of 2×2/,
    ],
  ])('%s is refused', async (_, spoil, message) => {
    const path = put('bad.gif', spoil(cases['two frames'] as Buffer));
    await expect(decodeVideo(path)).rejects.toThrow(message);
  });
});

/** The first frame's block of codes, with no codes but the end. */
function dropCodes(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0x2c])) + 11;
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([1, 0b101, 0]), bytes.subarray(-1)]);
}

interface AviFields {
  readonly bits: number;
  readonly compression?: string;
  readonly width?: number;
  readonly height?: number;
  readonly frames: readonly Buffer[];
  readonly palette?: Buffer;
  readonly properties?: Buffer;
  /** How many of the frames are in a second RIFF chunk. */
  readonly later?: number;
}

const chunk = (id: string, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(id), u32(data.length), data, Buffer.alloc(data.length % 2)]);
const list = (id: string, type: string, ...parts: Uint8Array[]): Buffer =>
  chunk(id, Buffer.concat([Buffer.from(type), ...parts]));

/** An AVI with a sound stream before its video. */
function avi(fields: AviFields): Buffer {
  const { bits, compression = '\0\0\0\0', width = 2, height = 2, frames, later = 0 } = fields;
  const strh = (type: string): Buffer =>
    Buffer.concat([
      Buffer.from(`${type}\0\0\0\0`),
      u32(0, 0, 0, 1, 10, 0, frames.length, 0, 0, 0),
      u16(0, 0, 0, 0),
    ]);
  const bitmap = Buffer.alloc(40);
  bitmap.writeUInt32LE(40, 0);
  bitmap.writeInt32LE(width, 4);
  bitmap.writeInt32LE(height, 8);
  bitmap.writeUInt16LE(1, 12);
  bitmap.writeUInt16LE(bits, 14);
  bitmap.write(compression, 16, 'latin1');
  const format = Buffer.concat([bitmap, fields.palette ?? Buffer.alloc(0)]);
  const vprp = fields.properties === undefined ? [] : [chunk('vprp', fields.properties)];
  const audio = list('LIST', 'strl', chunk('strh', strh('auds')), chunk('strf', Buffer.alloc(18)));
  const stream = list('LIST', 'strl', chunk('strh', strh('vids')), chunk('strf', format), ...vprp);
  const chunks = frames.map((bytes) => chunk(compression === 'MJPG' ? '01dc' : '01db', bytes));
  const now = chunks.length - later;
  const first = list(
    'RIFF',
    'AVI ',
    list('LIST', 'hdrl', chunk('avih', Buffer.alloc(56)), audio, stream),
    chunk('JUNK', Buffer.alloc(7)),
    list('LIST', 'movi', chunk('00wb', Buffer.alloc(5)), list('LIST', 'rec ', ...chunks.slice(0, now))),
  );
  return later === 0
    ? first
    : Buffer.concat([first, list('RIFF', 'AVIX', list('LIST', 'movi', ...chunks.slice(now)))]);
}

/** Blue, green, red of pixels in rows from the bottom up, with padding to four bytes. */
const rgb = Buffer.from([255, 255, 255, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0]);
/** Of four columns and two rows: the second row first. */
const greys = (from: number): Buffer => Buffer.from([4, 5, 6, 7, 0, 1, 2, 3].map((n) => from + n));

describe('AVI of plain pixels', () => {
  it('turns rows that are stored from the bottom up', async () => {
    const clip = await decodeVideo(put('rgb.avi', avi({ bits: 24, frames: [rgb, rgb] })));
    expect(frame(clip, 0)).toEqual([76, 0, 255, 150]);
    const top = await decodeVideo(put('top.avi', avi({ bits: 24, height: -2, frames: [rgb] })));
    expect(frame(top, 0)).toEqual([255, 150, 76, 0]);
    expect([clip.times, clip.width, clip.height]).toEqual([[0, 0.1], 2, 2]);
  });

  it('reads greys and palettes, and frames in several RIFF chunks', async () => {
    const fields = { bits: 8, width: 4, frames: [greys(0), greys(100), greys(200)], later: 1 };
    const clip = await decodeVideo(put('grey.avi', avi(fields)));
    expect(frame(clip, 2)).toEqual([200, 201, 202, 203, 204, 205, 206, 207]);
    const palette = Buffer.from(Array.from({ length: 256 }, (_, i) => [255 - i, 255 - i, 255 - i, 0]).flat());
    const turned = await decodeVideo(put('palette.avi', avi({ ...fields, palette })));
    expect(frame(turned, 0)).toEqual([255, 254, 253, 252, 251, 250, 249, 248]);
  });

  it('gives a frame that was left out its time', async () => {
    const frames = [greys(0), Buffer.alloc(0), greys(100)];
    const { times } = await decodeVideo(put('dropped.avi', avi({ bits: 8, width: 4, frames })));
    expect(times).toEqual([0, 0.2]);
  });

  it('gives pixels the shape that the file states', async () => {
    const properties = Buffer.concat([u32(0, 0, 0, 0, 0), u16(3, 4), u32(4, 2, 1), Buffer.alloc(32)]);
    const scan = await video.read(
      put('shape.avi', avi({ bits: 8, width: 4, frames: [greys(0)], properties })),
    );
    expect(scan.spacing[0]).toBeCloseTo(2 / 3, 12);
  });

  it.each([
    [
      'a short frame',
      avi({ bits: 24, frames: [rgb, rgb.subarray(0, 9)] }),
      /frame 2 of 2 .*: 9 bytes, 16 are needed/,
    ],
    ['no frames', avi({ bits: 24, frames: [] }), /holds no frames/],
    ['no size', avi({ bits: 24, width: 0, frames: [rgb] }), /its pictures have 0×2 pixels/],
    [
      'no JPEG',
      avi({ bits: 24, compression: 'MJPG', frames: [rgb] }),
      /frame 1 of 1 can not be decoded: no JPEG/,
    ],
  ])('with %s is refused', async (_, bytes, message) => {
    await expect(decodeVideo(put('bad.avi', bytes))).rejects.toThrow(message);
  });
});

it('a file of lists within lists, and one of very many frames, are refused', async () => {
  const depth = 200_000;
  const nested = Buffer.alloc(12 * depth);
  for (let i = 0; i < depth; i++) {
    nested.write(i === 0 ? 'RIFF' : 'LIST', 12 * i);
    nested.writeUInt32LE(12 * (depth - i) - 8, 12 * i + 4);
    nested.write(i === 0 ? 'AVI ' : 'movi', 12 * i + 8);
  }
  vi.stubEnv('VOXOLVE_FFMPEG', '/no/such/ffmpeg');
  await expect(decodeVideo(put('nested.avi', nested))).rejects.toThrow(/video of this kind is read by/);
  vi.unstubAllEnvs();
  const many = avi({ bits: 8, width: 4, frames: Array.from({ length: 20_001 }, () => greys(0)) });
  await expect(decodeVideo(put('many.avi', many))).rejects.toThrow(/holds more than 20000 frames/);
});

/** Frames and times are those of another way; samples may differ by `most` where decoders round on their own. */
function expectEqual(mine: VideoFrames, other: VideoFrames, name: string, most: number): void {
  expect([mine.width, mine.height, mine.times.length], name).toEqual([
    other.width,
    other.height,
    other.times.length,
  ]);
  expect(mine.aspect, name).toBeCloseTo(other.aspect, 9);
  mine.times.forEach((time, i) =>
    expect(time - (mine.times[0] as number), name).toBeCloseTo(
      (other.times[i] as number) - (other.times[0] as number),
      9,
    ),
  );
  let largest = 0;
  mine.pictures.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value - (other.pictures[i] as number)));
  });
  expect(largest, name).toBeLessThanOrEqual(most);
}

const nodeAv = nodeAvDecoder();
const ways: readonly VideoDecoder[] = [...(nodeAv === null ? [] : [nodeAv]), ffmpegDecoder('ffmpeg')];
const uneven = 'setpts=round(if(lt(N\\,5)\\,N\\,5+(N-5)*3)/10/TB)';

describe.skipIf(!hasFfmpeg)(
  `one clip by every way ${needsFfmpeg}${nodeAv === null ? ' (node-av is not there)' : ''}`,
  () => {
    const h264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
    /** Samples may differ by 1 where a clip is in colours or its decoder rounds. */
    it.each([
      ['H.264 in MP4', 'a.mp4', h264, 0],
      ['H.264 with wide pixels', 'b.mp4', ['-vf', 'setsar=4/3', ...h264], 0],
      ['H.264 at a rate that changes', 'c.mp4', ['-vf', uneven, '-fps_mode', 'passthrough', ...h264], 0],
      ['H.264 in MOV with full range', 'd.mov', ['-c:v', 'libx264', '-pix_fmt', 'yuvj420p'], 0],
      ['MPEG-2', 'e.mpeg', ['-c:v', 'mpeg2video'], 0],
      ['MPEG-4 in AVI', 'f.avi', ['-c:v', 'mpeg4'], 0],
      ['WMV', 'g.wmv', ['-c:v', 'wmv2'], 0],
      ['VP9 in WebM', 'h.webm', ['-c:v', 'libvpx-vp9'], 1],
      ['lossless colours in Matroska', 'i.mkv', ['-c:v', 'ffv1', '-pix_fmt', 'bgr0'], 1],
      ['motion JPEG in AVI', 'j.avi', ['-c:v', 'mjpeg', '-q:v', '3'], 1],
      [
        'motion JPEG with wide pixels',
        'k.avi',
        ['-vf', 'setsar=2/1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj444p'],
        1,
      ],
      ['plain colours in AVI', 'l.avi', ['-c:v', 'rawvideo', '-pix_fmt', 'bgr24'], 1],
      ['GIF', 'm.gif', [], 0],
    ] as const)(
      '%s has the same frames at the same times',
      { timeout: 30_000 },
      async (_, name, options, most) => {
        const path = writeClip(join(folder, name), ...options);
        const mine = await video.read(path);
        const frames = await decodeVideo(path);
        expect([mine.frames, mine.size, mine.spacing]).toEqual([
          frames.times.length,
          [frames.width, frames.height, 1],
          [frames.aspect, 1, 1],
        ]);
        for (const way of ways) expectEqual(frames, await decodeExternally(path, path, way), way.name, most);
      },
    );

    it('a clip that is to be shown turned is turned', { timeout: 30_000 }, async () => {
      const flat = writeClip(join(folder, 'flat.mp4'), ...h264);
      const turned = join(folder, 'turned.mp4');
      execFileSync('ffmpeg', [
        '-v',
        'error',
        '-y',
        '-i',
        flat,
        '-c',
        'copy',
        '-metadata:s:v',
        'rotate=90',
        turned,
      ]);
      const clips = await Promise.all(ways.map((way) => decodeExternally(turned, turned, way)));
      clips.forEach((clip, i) => {
        expect([clip.width, clip.height]).toEqual([64, 96]);
        expectEqual(clip, clips[0] as VideoFrames, ways[i]?.name ?? '', 0);
      });
    });

    it('motion JPEG without its tables is read by the usual ones', async () => {
      const path = writeClip(join(folder, 'tables.avi'), '-c:v', 'mjpeg', '-huffman', 'default');
      const bytes = readFileSync(path);
      // Tables become comments of the same length.
      let stripped = 0;
      for (
        let at = bytes.indexOf(Buffer.from([0xff, 0xc4]));
        at !== -1;
        at = bytes.indexOf(Buffer.from([0xff, 0xc4]), at + 2)
      ) {
        bytes[at + 1] = 0xfe;
        stripped++;
      }
      expect(stripped).toBeGreaterThan(0);
      expectEqual(await decodeVideo(put('bare.avi', bytes)), await decodeVideo(path), 'without tables', 0);
    });
  },
);

/** Two frames as a reader hands them over. */
const clip = (given: Partial<RawScan>): RawScan => ({
  format: 'video',
  modality: null,
  frames: 2,
  size: [20, 10, 1],
  calibrated: false,
  spacing: [1, 1, 1],
  frameTime: null,
  frameTimes: null,
  affine: [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ],
  remarks: [],
  voxels: new Uint8Array(400).map((_, i) => i % 251),
  ...given,
});

describe('pixels that are not square', () => {
  it('become square when a clip is prepared, at its own height', () => {
    const scan = clip({ spacing: [2, 1, 1] });
    const options = { frameTime: 0.05, spacing: 1, pixels: 1 };
    expect(prepareCine(scan, options, (voxels) => voxels).shape).toEqual([2, 10, 40]);
  });
});

describe('a clip that says absurd things', () => {
  it.each([
    ['of its pixels', { spacing: [65535, 1, 1] as const }, /its pixels are 6.55e\+4 times as wide as high/],
    ['of its size', { calibrated: true, spacing: [900, 900, 1] as const }, /mm long, more than any patient/],
    ['of its frame time', { frameTime: 1e12 }, /too many to be a scan/],
  ])('%s is refused before it takes memory', (_, given, message) => {
    const transforms = transformsOf(ScanOptions.parse({}));
    expect(() => prepare('clip', clip(given), transforms)).toThrow(message);
  });
});

describe('without a decoder', () => {
  it('GIF is read all the same, and of others the message names the one command', async () => {
    vi.stubEnv('VOXOLVE_FFMPEG', '/no/such/ffmpeg');
    try {
      const clip = await decodeVideo(put('two.gif', cases['two frames'] as Buffer));
      expect(clip.times).toHaveLength(2);
      await expect(decodeVideo(put('some.mp4', Buffer.alloc(100)))).rejects.toThrow(
        /some\.mp4: video of this kind is read by node-av or ffmpeg, and neither it nor \/no\/such\/ffmpeg is installed; npm install node-av, or name an ffmpeg in VOXOLVE_FFMPEG$/,
      );
      expect(await video.probe?.()).toEqual({
        usable: false,
        detail: expect.stringMatching(
          /^GIF and motion JPEG in AVI only: .*; npm install node-av reads/,
        ) as string,
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

const clips = fileURLToPath(new URL('../../../../shared/data/formats/video/', import.meta.url));
const there = existsSync(clips) && hasFfmpeg;
describe.skipIf(!there)(`real clips by every way ${there ? '' : '(needs shared/data and ffmpeg)'}`, () => {
  it.each(there ? readdirSync(clips) : [])('%s', { timeout: 60_000 }, async (name) => {
    const path = join(clips, name);
    const frames = await decodeVideo(path);
    // Versions of FFmpeg differ by 2 in 91 of 60 million samples of one MPEG-4 clip.
    for (const way of ways) expectEqual(frames, await decodeExternally(path, path, way), way.name, 2);
  });
});
