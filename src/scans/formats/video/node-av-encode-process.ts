/**
 * Process that encodes one grey clip by `node-av`, for `encode.ts`. Argument: the file to import node-av from. Standard input:
 * a line of JSON, then the pictures, little endian. With `codecs` in place of a clip it prints the first that can be had.
 */
import { messageOf } from '../../../core/errors.js';
import { importNodeAv } from './node-av.js';

interface Rational {
  readonly num: number;
  readonly den: number;
}

interface Packet {
  free(): void;
}

interface Frame {
  colorRange: number;
  free(): void;
}

interface Context {
  setFlags(...flags: number[]): void;
}

interface Encoder {
  encodeAllSync(frame: Frame): Packet[];
  flushPacketsSync(): Iterable<Packet>;
  close(): void;
}

/** The part of node-av that is used. */
interface NodeAv {
  readonly Codec: { findEncoderByName(name: string): object | null };
  readonly Encoder: { createSync(codec: string, options: object): Encoder };
  readonly Muxer: {
    openSync(
      file: string,
      options: object,
    ): {
      addStream(encoder: Encoder): number;
      writePacketSync(packet: Packet, stream: number): void;
      closeSync(): void;
    };
  };
  readonly Frame: { fromVideoBuffer(pixels: Buffer, properties: object): Frame };
  readonly AV_CODEC_FLAG_BITEXACT: number;
  readonly AVFMT_FLAG_BITEXACT: number;
  readonly AVCOL_RANGE_JPEG: number;
  readonly AV_PIX_FMT_GRAY8: number;
  readonly AV_PIX_FMT_GRAY16LE: number;
}

interface Task {
  readonly target: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: 1 | 2;
  /** Milliseconds of each frame. */
  readonly ticks: readonly number[];
  readonly aspect: number;
}

/** Encoders of a codec, the best first, with options that lose nothing where they have such. */
const ENCODERS: Readonly<Record<string, readonly (readonly [name: string, options: object])[]>> = {
  ffv1: [['ffv1', { level: 3, slicecrc: 1, slices: 4 }]],
  h264: [
    ['libx264', { qp: 0 }],
    ['libopenh264', {}],
  ],
};

function encoderOf(av: NodeAv, codec: string): readonly [name: string, options: object] | undefined {
  return ENCODERS[codec]?.find(([name]) => av.Codec.findEncoderByName(name) !== null);
}

/** Times are in units of 1 ms. */
const TICK: Rational = { num: 1, den: 1000 };

async function encode(
  av: NodeAv,
  task: Task,
  pieces: AsyncIterator<Buffer, undefined>,
  rest: Buffer,
): Promise<void> {
  const { target, codec, width, height, bytes, ticks, aspect } = task;
  const [name, options] = encoderOf(av, codec) ?? [];
  if (name === undefined) throw new Error(`no encoder of ${codec}`);
  const encoder = av.Encoder.createSync(name, {
    options,
    threadCount: 1,
    autoFormat: true,
    bitrate: 20_000_000,
    configure: (context: Context) => context.setFlags(av.AV_CODEC_FLAG_BITEXACT),
  });
  const muxer = av.Muxer.openSync(target, {
    format: 'matroska',
    useAsyncWrite: false,
    useSyncQueue: false,
    // Neither a random identity nor the writer's version.
    configure: (context: Context) => context.setFlags(av.AVFMT_FLAG_BITEXACT),
  });
  const stream = muxer.addStream(encoder);
  const put = (packet: Packet): void => {
    muxer.writePacketSync(packet, stream);
    packet.free();
  };
  const size = width * height * bytes;
  let held = rest;
  for (const tick of ticks) {
    while (held.length < size) {
      const { value, done } = await pieces.next();
      if (done === true) throw new Error('pictures are missing');
      held = Buffer.concat([held, value]);
    }
    const frame = av.Frame.fromVideoBuffer(held.subarray(0, size), {
      width,
      height,
      format: bytes === 1 ? av.AV_PIX_FMT_GRAY8 : av.AV_PIX_FMT_GRAY16LE,
      timeBase: TICK,
      pts: BigInt(tick),
      sampleAspectRatio: ratioOf(aspect),
    });
    // From 0 to 255: else what reads it would stretch the values.
    frame.colorRange = av.AVCOL_RANGE_JPEG;
    encoder.encodeAllSync(frame).forEach(put);
    frame.free();
    held = held.subarray(size);
  }
  for (const packet of encoder.flushPacketsSync()) put(packet);
  muxer.closeSync();
  encoder.close();
}

function ratioOf(aspect: number): Rational {
  return aspect === 1 ? { num: 1, den: 1 } : { num: Math.round(aspect * 10_000), den: 10_000 };
}

try {
  const av = (await importNodeAv(process.argv[2] ?? '')) as NodeAv;
  const pieces = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  let head = Buffer.alloc(0);
  while (!head.includes(10)) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const end = head.indexOf(10);
  const task = JSON.parse(head.subarray(0, end).toString('utf8')) as Task | { codecs: string[] };
  if ('codecs' in task)
    process.stdout.write(task.codecs.find((codec) => encoderOf(av, codec) !== undefined) ?? 'none');
  else await encode(av, task, pieces, head.subarray(end + 1));
} catch (thrown) {
  process.stderr.write(`\n${messageOf(thrown)}\n`);
  process.exitCode = 1;
}
// Native handles may keep the process alive.
setImmediate(() => process.exit());
