/**
 * Writes a grey clip as video by FFmpeg inside of `node-av`, as a process of its own: FFV1 in Matroska, which loses nothing of 8
 * or 16 bits, or H.264 where that FFmpeg has no FFV1. The container holds pictures, times and the shape of pixels, nothing else,
 * and is the same each time.
 *
 * Source: RFC 9043 (FFV1), RFC 9559 (Matroska).
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { messageOf, UserError } from '../../../core/errors.js';
import { INSTALL, nodeAvEntry, processBeside } from './node-av.js';

export type VideoCodec = 'ffv1' | 'h264';

/** A clip to write. */
export interface GreyClip {
  /** `[frames, height, width]`. */
  readonly pictures: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Seconds of each frame. */
  readonly times: readonly number[];
  /** Width of a pixel over its height. */
  readonly aspect: number;
}

export interface VideoWriter {
  readonly codec: VideoCodec;
  /** Writes a new file. Throws an `Error` where FFmpeg refuses the clip. */
  write(path: string, clip: GreyClip): Promise<void>;
}

/** Time limit for encoding a clip. */
const SECONDS = 120;

/**
 * Finds the encoder. Throws a `UserError` if there is none.
 *
 * @param wanted codecs, the best first
 */
export async function openVideoWriter(
  wanted: readonly VideoCodec[] = ['ffv1', 'h264'],
): Promise<VideoWriter> {
  const entry = nodeAvEntry();
  if (entry === null)
    throw new UserError({
      subject: 'video',
      problem: 'is written by node-av, which is not installed',
      fix: INSTALL,
    });
  const available = await encode(entry, { codecs: wanted }, new Uint8Array()).catch((error: unknown) => {
    const problem = `node-av cannot be used (${messageOf(error)})`;
    throw new UserError({ subject: 'video', problem, fix: `${INSTALL} again` }, { cause: error });
  });
  const codec = wanted.find((name) => name === available.trim());
  if (codec === undefined)
    throw new UserError({
      subject: 'video',
      problem: `this node-av has no encoder of ${wanted.join(' or ')}`,
      fix: `${INSTALL} again`,
    });
  return {
    codec,
    async write(path, { pictures, width, height, times, aspect }) {
      const bytes = pictures.BYTES_PER_ELEMENT;
      const task = { target: resolve(path), codec, width, height, bytes, ticks: ticksOf(times), aspect };
      await encode(entry, task, littleEndian(pictures));
    },
  };
}

/** Milliseconds, which Matroska counts in, each later than the one before. */
function ticksOf(times: readonly number[]): number[] {
  const start = times[0] ?? 0;
  let last = -1;
  return times.map((time) => (last = Math.max(last + 1, Math.round(1000 * (time - start)))));
}

function littleEndian(values: Uint8Array | Uint16Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const isBig = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
  return isBig && values instanceof Uint16Array ? Buffer.from(bytes).swap16() : bytes;
}

/** Runs the process with a task on its first line of input and pictures after it; returns what it prints. */
function encode(entry: string, task: object, pictures: Uint8Array): Promise<string> {
  return new Promise((settle, fail) => {
    const script = processBeside('node-av-encode-process.js');
    const child = spawn(process.execPath, [script, entry], { stdio: ['pipe', 'pipe', 'pipe'] });
    const [printed, log]: [string[], string[]] = [[], []];
    const timer = setTimeout(() => child.kill('SIGKILL'), SECONDS * 1000);
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString('utf8')));
    child.on('error', fail);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) settle(printed.join(''));
      else fail(new Error(log.join('').trim().split('\n').at(-1) ?? `it ends with ${code ?? signal}`));
    });
    // A process that failed reads no further; its exit says so.
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(task)}\n`);
    child.stdin.end(pictures);
  });
}
