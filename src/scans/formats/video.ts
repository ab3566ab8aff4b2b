/**
 * Cine video (AVI, MP4, MOV, WebM, MPEG, GIF), decoded by ffmpeg where it is installed.
 *
 * Frames come with the time at which each is shown: `showinfo` prints it as frames pass, and `-fps_mode passthrough`
 * neither repeats nor drops any. A process of its own, with bounds on bytes and seconds, since video decoders are large.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import { affineOfColumns } from '../geometry.js';
import { LARGEST_BYTES } from './bytes.js';
import { timing, type Format, type Probe } from './format.js';

/** No clip takes longer than this to decode. */
const SECONDS = 60;

/** Pictures larger than this are no scans, and cost too much memory before their size is known. */
const LARGEST_PICTURE = 4096 * 4096;

const UNIT = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

export const video: Format = {
  name: 'video',
  source: 'https://ffmpeg.org/documentation.html',
  revision: 0,
  extensions: ['.avi', '.mp4', '.mov', '.m4v', '.webm', '.mkv', '.mpeg', '.mpg', '.wmv', '.gif'],
  probe,
  async read(path) {
    const { pictures, width, height, times } = await decodeVideo(path);
    return {
      format: 'video',
      modality: null,
      size: [width, height, 1],
      frames: times.length,
      spacing: [1, 1, 1],
      calibrated: false,
      ...timing(times),
      affine: affineOfColumns(UNIT, [0, 0, 0], 'LPS'),
      remarks: [],
      voxels: pictures,
    };
  },
};

/** The command: `VOXOLVE_FFMPEG`, or `ffmpeg` on the path. */
function command(): string {
  return process.env['VOXOLVE_FFMPEG'] ?? 'ffmpeg';
}

async function probe(): Promise<Probe> {
  const { log, failure } = await run(['-hide_banner', '-version'], 1 << 16);
  const [, version] = /ffmpeg version (\S+)/.exec(log) ?? [];
  return version !== undefined
    ? { usable: true, detail: `ffmpeg ${version}` }
    : { usable: false, detail: failure ?? 'ffmpeg does not say its version' };
}

interface Frames {
  /** Luma, `[frames, height, width]`. */
  readonly pictures: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Seconds at which each frame is shown. */
  readonly times: readonly number[];
}

/** The frames of the first video in `file`; what can not be decoded is refused in the name of `path`. */
export async function decodeVideo(path: string, file = path): Promise<Frames> {
  const { pictures, log, failure } = await decode(path, file);
  const shown = [...log.matchAll(/ n: *\d+ .*?pts_time: *(-?[\d.]+|NOPTS).*? s:(\d+)x(\d+)/g)];
  const [, , width = 0, height = 0] = shown[0]?.map(Number) ?? [];
  const size = width * height;
  const frames = Math.min(shown.length, size === 0 ? 0 : Math.floor(pictures.length / size));
  if (failure !== null || frames < 1) {
    throw new UserError({
      subject: path,
      problem: `ffmpeg finds no video in it (${failure ?? 'no frames'})`,
      fix: 'convert it, or remove it',
    });
  }
  const times = shown.slice(0, frames).map(([, time]) => Number(time));
  return { pictures: pictures.subarray(0, frames * size), width, height, times };
}

/** Luma of every frame, one after the other, and what ffmpeg said. */
async function decode(
  path: string,
  file: string,
): Promise<{ pictures: Uint8Array; log: string; failure: string | null }> {
  const { output, log, failure } = await run(
    [
      '-hide_banner',
      '-nostdin',
      '-loglevel',
      'info',
      '-protocol_whitelist',
      'file',
      '-max_pixels',
      String(LARGEST_PICTURE),
    ]
      .concat([
        '-threads',
        '1',
        '-i',
        `file:${resolve(file)}`,
        '-map',
        '0:v:0',
        '-vf',
        'format=gray,showinfo=checksum=0',
      ])
      .concat(['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1']),
    LARGEST_BYTES / 2,
  );
  if (failure === missing())
    throw new UserError({
      subject: path,
      problem: failure,
      fix: 'install ffmpeg, or name it in VOXOLVE_FFMPEG',
    });
  return { pictures: output, log, failure };
}

function missing(): string {
  return `video is read by ffmpeg, and ${command()} is not installed`;
}

/** Runs ffmpeg; `failure` is null where it succeeded. */
function run(
  options: readonly string[],
  limit: number,
): Promise<{ output: Uint8Array; log: string; failure: string | null }> {
  return new Promise((settle) => {
    const child = spawn(command(), options, { stdio: ['ignore', 'pipe', 'pipe'] });
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
    child.on('error', () => (failure = missing()));
    child.on('close', (code) => {
      clearTimeout(timer);
      const log = lines.join('');
      if (code !== 0) failure ??= lastLine(log);
      const output = Buffer.concat(chunks);
      settle({ output, log: options.includes('-version') ? output.toString('latin1') : log, failure });
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
