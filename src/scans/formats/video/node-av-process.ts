/**
 * Process that decodes one video by `node-av`: writes luma to standard output, and a `showinfo` line per frame to
 * standard error, as `external.ts` reads it.
 *
 * Arguments: the file to import node-av from, the video, the maximum pixels of a picture; or `-version` in place of a
 * video. Like FFmpeg's command line, it rotates as the file says and prefers the container to the stream for the aspect
 * ratio of pixels.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../core/errors.js';
import { importNodeAv } from './node-av.js';

interface Rational {
  readonly num: number;
  readonly den: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly pts: bigint;
  readonly bestEffortTimestamp: bigint;
  sampleAspectRatio: Rational;
  readonly linesize: readonly number[];
  readonly data: readonly Buffer[] | null;
  free(): void;
}

interface Stream {
  readonly index: number;
  readonly timeBase: Rational;
  readonly sampleAspectRatio: Rational;
  readonly codecpar: {
    readonly width: number;
    readonly height: number;
    readonly format: number;
    getCodedSideData(type: number): Buffer | null;
  };
}

interface Packet {
  free(): void;
}

/** The part of node-av that is used. */
interface NodeAv {
  readonly Demuxer: {
    openSync(
      file: string,
      options: object,
    ): {
      video(): Stream | undefined;
      packetsSync(stream: number): Iterable<Packet | null>;
    };
  };
  readonly Decoder: {
    createSync(
      stream: Stream,
      options: object,
    ): { decodeAllSync(packet: Packet): Frame[]; flushFramesSync(): Iterable<Frame> };
  };
  readonly FilterAPI: {
    create(
      chain: string,
      options: object,
    ): { processAllSync(frame: Frame): Frame[]; flushFramesSync(): Iterable<Frame> };
  };
  readonly AV_PKT_DATA_DISPLAYMATRIX: number;
  readonly AV_PIX_FMT_GRAY16LE: number;
  getFFmpegInfo(): { readonly version: string };
}

/** Absent time: FFmpeg's AV_NOPTS_VALUE. */
const NO_TIME = -(2n ** 63n);

const write = (stream: NodeJS.WriteStream, data: Uint8Array | string): Promise<void> =>
  new Promise((settle) => stream.write(data, () => settle()));

/** Filters that rotate a picture according to its 3×3 display matrix, in 16.16 fixed point. */
function rotation(matrix: Buffer | null): string[] {
  if (matrix === null || matrix.length < 36) return [];
  const [a, b] = [matrix.readInt32LE(0), matrix.readInt32LE(4)];
  const degrees = (Math.round((Math.atan2(b, a) * 180) / Math.PI) + 360) % 360;
  return { 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] }[degrees] ?? [];
}

async function decode(av: NodeAv, file: string, mostPixels: number): Promise<void> {
  const input = av.Demuxer.openSync(file, { options: { protocol_whitelist: 'file' } });
  const stream = input.video();
  if (stream === undefined) throw new Error('Error: no video stream');
  const { width, height, format } = stream.codecpar;
  const [grey, bytes] = format === av.AV_PIX_FMT_GRAY16LE ? ['gray16le', 2] : ['gray', 1];
  if (width * height > mostPixels) throw new Error(`Error: pictures of ${width}×${height} pixels`);
  const decoder = av.Decoder.createSync(stream, { threadCount: 1, exitOnError: false });
  const turns = rotation(stream.codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX));
  const filter = av.FilterAPI.create([...turns, `format=${grey}`].join(','), { threads: 1 });
  const { num, den } = stream.timeBase;
  await write(process.stderr, ` config in time_base: ${num}/${den}\n`);
  let count = 0;
  const show = async (frame: Frame): Promise<void> => {
    const { num: across, den: down } = frame.sampleAspectRatio;
    const time = frame.pts === NO_TIME ? 'NOPTS' : String(frame.pts);
    const shown = ` n: ${count++} pts: ${time} fmt:${grey} sar:${across}/${down} s:${frame.width}x${frame.height}\n`;
    const [stored] = frame.data ?? [];
    const stride = frame.linesize[0] ?? 0;
    if (stored === undefined) throw new Error('Error: a frame without pixels');
    const line = bytes * frame.width;
    const picture = Buffer.alloc(line * frame.height);
    for (let row = 0; row < frame.height; row++)
      stored.copy(picture, row * line, row * stride, row * stride + line);
    frame.free();
    await write(process.stderr, shown);
    await write(process.stdout, picture);
  };
  const take = async (frames: Iterable<Frame>): Promise<void> => {
    for (const frame of frames) {
      if (stream.sampleAspectRatio.num > 0) frame.sampleAspectRatio = stream.sampleAspectRatio;
      for (const grey of filter.processAllSync(frame)) await show(grey);
      frame.free();
    }
  };
  for (const packet of input.packetsSync(stream.index)) {
    if (packet === null) continue;
    await take(decoder.decodeAllSync(packet));
    packet.free();
  }
  await take(decoder.flushFramesSync());
  for (const grey of filter.flushFramesSync()) await show(grey);
}

const [entry = '', file = '', mostPixels = '0'] = process.argv.slice(2);
try {
  const av = (await importNodeAv(entry)) as NodeAv;
  if (file === '-version') {
    const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    await write(process.stdout, `node-av version ${version} (FFmpeg ${av.getFFmpegInfo().version})\n`);
  } else await decode(av, file, Number(mostPixels));
} catch (thrown) {
  await write(process.stderr, `\nError: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
}
// Native handles may keep the process alive.
process.exit();
