/** Clips that are written as video: nothing is lost, nothing else is in the file, and it is the same each time. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openVideoWriter, type GreyClip, type VideoWriter } from '../../../src/scans/formats/video/encode.js';
import {
  decodeExternally,
  ffmpegDecoder,
  nodeAvDecoder,
  type VideoDecoder,
} from '../../../src/scans/formats/video/external.js';
import { nodeAvEntry } from '../../../src/scans/formats/video/node-av.js';
import { hasFfmpeg } from '../../support/scans/ffmpeg.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const folder = temporaryFolder();
const [width, height, frames] = [37, 23, 7];
const times = [0, 0.033, 0.067, 0.1, 0.15, 0.19, 0.5];

function clipOf(bits: 8 | 16): GreyClip {
  const length = width * height * frames;
  const pictures = bits === 8 ? new Uint8Array(length) : new Uint16Array(length);
  for (let i = 0; i < length; i++) pictures[i] = (i * 7919 + (i >> 5)) % 2 ** bits;
  return { pictures, width, height, times, aspect: 1.5 };
}

const decoders: VideoDecoder[] = [
  ...[nodeAvDecoder()].filter((decoder) => decoder !== null),
  ...(hasFfmpeg ? [ffmpegDecoder('ffmpeg')] : []),
];

describe.skipIf(nodeAvEntry() === null)('a clip that is written as video', () => {
  let writer: VideoWriter;
  beforeAll(async () => {
    writer = await openVideoWriter();
  });

  for (const bits of [8, 16] as const)
    it(`of ${bits} bits as FFV1 is the same after reading, by whoever reads it`, async () => {
      const path = join(folder, `clip-${bits}.mkv`);
      expect(writer.codec).toBe('ffv1');
      const clip = clipOf(bits);
      await writer.write(path, clip);
      for (const decoder of decoders) {
        const read = await decodeExternally(path, path, decoder);
        expect(read, decoder.name).toMatchObject({ width, height, aspect: 1.5 });
        expect(read.times, decoder.name).toEqual(times);
        expect(Buffer.compare(Buffer.from(read.pictures), Buffer.from(clip.pictures)), decoder.name).toBe(0);
        expect(read.pictures.BYTES_PER_ELEMENT, decoder.name).toBe(bits / 8);
      }
    });

  it('holds no time of writing, no version and no path, and has the same bytes each time', async () => {
    const [path, again] = [join(folder, 'bare.mkv'), join(folder, 'again.mkv')];
    await writer.write(path, clipOf(8));
    await writer.write(again, clipOf(8));
    const bytes = readFileSync(path);
    expect(readFileSync(again).equals(bytes)).toBe(true);
    expect(bytes.toString('latin1')).not.toMatch(/voxolve|tmp|bare|Lav[cf]\d/);
    if (!hasFfmpeg) return;
    const shown = execFileSync('ffprobe', [
      ...['-v', 'error', '-show_format', '-show_streams', '-of', 'json', path],
    ]);
    const { format, streams } = JSON.parse(shown.toString()) as {
      format: { tags?: object };
      streams: { tags?: object; codec_name: string }[];
    };
    expect(streams.map(({ codec_name: name }) => name)).toEqual(['ffv1']);
    expect(format.tags).toEqual({ encoder: 'Lavf' });
    expect(Object.keys(streams[0]?.tags ?? {})).toEqual(['DURATION']);
  });

  it('loses nothing as H.264 of 8 bits', async () => {
    const path = join(folder, 'h264.mkv');
    const clip = clipOf(8);
    await (await openVideoWriter(['h264'])).write(path, clip);
    for (const decoder of decoders) {
      const { pictures } = await decodeExternally(path, path, decoder);
      expect(Buffer.compare(Buffer.from(pictures), Buffer.from(clip.pictures)), decoder.name).toBe(0);
    }
  });
});

describe('writing video without node-av', () => {
  const before = process.env['VOXOLVE_NODE_AV'];
  delete process.env['VOXOLVE_NODE_AV'];
  const isInstalled = nodeAvEntry() !== null;
  if (before !== undefined) process.env['VOXOLVE_NODE_AV'] = before;
  afterEach(() => vi.unstubAllEnvs());

  it.skipIf(isInstalled)('is refused with what to install', async () => {
    vi.stubEnv('VOXOLVE_NODE_AV', undefined);
    await expect(openVideoWriter()).rejects.toThrow(/npm install node-av/);
  });
});
