/**
 * Video by FFmpeg: by the package `node-av` if the user installed it, else by an `ffmpeg` on the path.
 *
 * Either runs as a process of its own, with bounds on bytes and seconds, since video decoders are large. Both write luma to
 * standard output and, to standard error, a line for each frame as FFmpeg's `showinfo` filter does: its time in units of
 * the stream, the shape of its pixels, its size. `-fps_mode passthrough` neither repeats nor drops any. Luma has 8 bits,
 * unless the video is grey of 16 bits itself, as `voxolve deidentify --to video` writes such clips.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { UserError } from '../../../core/errors.js';
import { LARGEST_BYTES } from '../bytes.js';
import type { Probe } from '../format.js';
import { LARGEST_PICTURE, type VideoFrames } from './frames.js';
import { INSTALL, nodeAvEntry, processBeside } from './node-av.js';

/** Time limit for decoding a clip. */
const SECONDS = 60;

/** Formats of luma, as FFmpeg names them. */
type Grey = 'gray' | 'gray16le';

/** A program that decodes. */
export interface VideoDecoder {
  readonly name: string;
  readonly command: string;
  /** Arguments that make it decode `file`, to `gray` or `gray16le`; node-av's process chooses itself. */
  readonly decode: (file: string, grey?: Grey) => string[];
  /** Arguments that make it say its version. */
  readonly version: string[];
}

/** An `ffmpeg` by its name or path. */
export function ffmpegDecoder(command: string): VideoDecoder {
  return {
    name: 'ffmpeg',
    command,
    version: ['-hide_banner', '-version'],
    decode: (file, grey = 'gray') => [
      ...['-hide_banner', '-nostdin', '-loglevel', 'info', '-protocol_whitelist', 'file'],
      ...['-max_pixels', String(LARGEST_PICTURE), '-threads', '1', '-i', `file:${resolve(file)}`],
      ...['-map', '0:v:0', '-vf', `format=${grey},showinfo=checksum=0`],
      ...['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', grey, 'pipe:1'],
    ],
  };
}

/** FFmpeg inside `node-av`; null where that is not installed. */
export function nodeAvDecoder(): VideoDecoder | null {
  const entry = nodeAvEntry();
  if (entry === null) return null;
  const script = [processBeside('node-av-process.js'), entry];
  return {
    name: 'node-av',
    command: process.execPath,
    version: [...script, '-version'],
    decode: (file) => [...script, resolve(file), String(LARGEST_PICTURE)],
  };
}

/** Decoder that the user named, else `node-av`, else `ffmpeg` on the path. */
function chosenDecoder(): VideoDecoder {
  const named = process.env['VOXOLVE_FFMPEG'];
  return named === undefined ? (nodeAvDecoder() ?? ffmpegDecoder('ffmpeg')) : ffmpegDecoder(named);
}

export async function probeDecoder(): Promise<Probe> {
  const decoder = chosenDecoder();
  const { log, failure } = await run(decoder, decoder.version, 1 << 16);
  const [version] = /(ffmpeg|node-av) version \S+( \(.*\))?/.exec(log) ?? [];
  if (version !== undefined) return { usable: true, detail: version };
  return {
    usable: false,
    detail: `GIF and motion JPEG in AVI only: ${failure ?? `${decoder.name} does not say its version`}; ${INSTALL} reads the rest`,
  };
}

/** Decodes the frames of the first video in `file`; errors name `path`. */
export async function decodeExternally(
  path: string,
  file: string,
  decoder = chosenDecoder(),
): Promise<VideoFrames> {
  const decode = (grey: Grey): ReturnType<typeof run> =>
    run(decoder, decoder.decode(file, grey), LARGEST_BYTES / 2);
  const first = await decode('gray');
  const isDeep = /Stream #0:\d+.*: Video: \w+.*, gray16le\b/.test(first.log);
  const { output, log, failure } = isDeep ? await decode('gray16le') : first;
  if (failure === missing(decoder))
    throw new UserError({
      subject: path,
      problem: failure,
      fix: `${INSTALL}, or name an ffmpeg in VOXOLVE_FFMPEG`,
    });
  const [, ticks = 0, second = 1] = /config in time_base: *(\d+)\/(\d+)/.exec(log)?.map(Number) ?? [];
  const shown = [...log.matchAll(/ n: *\d+ +pts: *(-?\d+|NOPTS) .*? sar:(\d+)\/(\d+) s:(\d+)x(\d+)/g)];
  const [, , across = 1, down = 1, width = 0, height = 0] = shown[0]?.map(Number) ?? [];
  const pictures = / fmt:gray16le /.test(log) ? wordsOf(output) : output;
  const size = width * height;
  const frames = Math.min(shown.length, size === 0 ? 0 : Math.floor(pictures.length / size));
  const refuse = (problem: string): UserError =>
    new UserError({ subject: path, problem, fix: 'convert it, or remove it' });
  if (failure !== null || frames < 1)
    throw refuse(`${decoder.name} finds no video in it (${failure ?? 'no frames'})`);
  if (shown.some((line) => Number(line[4]) !== width || Number(line[5]) !== height))
    throw refuse(`its pictures change their size from ${width}×${height} on`);
  return {
    pictures: pictures.subarray(0, frames * size),
    width,
    height,
    times: shown.slice(0, frames).map(([, pts]) => (Number(pts) * ticks) / second),
    aspect: across > 0 && down > 0 ? across / down : 1,
  };
}

/** Little-endian words of 16 bits, whatever the machine's own order is. */
function wordsOf(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getUint16(2 * i, true));
}

function missing({ command }: VideoDecoder): string {
  return `video of this kind is read by node-av or ffmpeg, and neither it nor ${command} is installed`;
}

/** Runs a decoder; `failure` is null on success. */
function run(
  decoder: VideoDecoder,
  options: readonly string[],
  limit: number,
): Promise<{ output: Uint8Array; log: string; failure: string | null }> {
  return new Promise((settle) => {
    const child = spawn(decoder.command, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Uint8Array[] = [];
    const lines: string[] = [];
    let bytes = 0;
    let failure: string | null = null;
    const stop = (because: string): void => {
      failure ??= because;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`it takes longer than ${SECONDS} s to decode`), SECONDS * 1000);
    child.stdout.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > limit) stop(`it holds more than ${limit} bytes of pictures`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString('latin1')));
    child.on('error', () => (failure = missing(decoder)));
    child.on('close', (code) => {
      clearTimeout(timer);
      const log = lines.join('');
      if (code !== 0) failure ??= lastLine(log);
      const output = Buffer.concat(chunks);
      settle({ output, log: options === decoder.version ? output.toString('latin1') : log, failure });
    });
  });
}

function lastLine(log: string): string {
  const lines = log.trim().split('\n');
  return (
    lines.findLast((line) => /Invalid|Error|error|No such|moov/.test(line)) ??
    lines.at(-1) ??
    'it fails'
  )
    .trim()
    .replace(/^\[[^\]]*\] */, '');
}
