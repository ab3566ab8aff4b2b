/**
 * The fuzzer's child process: corrupts and reads files one after the other, and reports the outcome of each.
 *
 * It is a process of its own, since a reader that hangs or exhausts memory must not stop the fuzzer.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError, messageOf } from '../../src/core/errors.js';
import { rngOf, type Rng } from '../../src/core/random.js';
import { describeScans } from '../../src/scans/describe.js';
import { formatOf } from '../../src/scans/formats/index.js';
import { ScanOptions, transformsOf } from '../../src/scans/options.js';
import { prepare } from '../../src/scans/preprocess/preprocess.js';
import { builtInSamples, samplesWithin } from './corpus.js';
import type { Sample } from './sample.js';
import { spoil } from './mutations.js';

export interface Outcome {
  readonly index: number;
  readonly what: string;
  /** Outcome of reading the file, or that its reading begins. */
  readonly result: 'begins' | 'volume' | 'refused' | 'defect';
  readonly detail: string;
  /** Resident memory, MiB. */
  readonly memory: number;
}

const [seed = '0', first = '0', last = '0', corpus = ''] = process.argv.slice(2);
const samples = [...builtInSamples(), ...(corpus === '' ? [] : samplesWithin(corpus))];
const folder = mkdtempSync(join(tmpdir(), 'voxolve-fuzz-'));
const options = ScanOptions.parse({ nonFinite: 'zero' });
const transforms = transformsOf(options);

/** Fraction of the files that are read as a whole folder. */
const WHOLE_FOLDERS = 0.1;

/** Restricts video to voxolve's own decoders, since FFmpeg is not under test. */
process.env['VOXOLVE_FFMPEG'] = join(folder, 'no-ffmpeg');

function report(outcome: Omit<Outcome, 'memory'>): void {
  process.send?.({ ...outcome, memory: Math.round(process.memoryUsage.rss() / 2 ** 20) });
}

type Ending = Pick<Outcome, 'result' | 'detail'>;

async function attempt(path: string, { layout }: Sample): Promise<Ending> {
  try {
    const format = formatOf(path);
    // The facts with which a folder is listed must end as well as reading does.
    await format?.facts?.(path, (identifier) => identifier).catch(soundly);
    const scan = await (layout === undefined || format?.readAs === undefined
      ? format?.read(path)
      : format.readAs(layout, path));
    if (scan === undefined) return { result: 'defect', detail: 'of no format' };
    const expected = scan.size.reduce((product, n) => product * n, scan.frames);
    if (scan.voxels.length !== expected)
      return { result: 'defect', detail: `${scan.voxels.length} voxels, ${expected} declared` };
    prepare(path, scan, transforms);
    return { result: 'volume', detail: '' };
  } catch (thrown) {
    return endingOf(thrown);
  }
}

/** Reads the folder as `voxolve scans` does: finds, groups, reads and prepares its scans. */
async function attemptFolder(): Promise<Ending> {
  const cacheDirectory = mkdtempSync(join(tmpdir(), 'voxolve-fuzz-cache-'));
  try {
    const { series, skipped } = await describeScans(folder, options, { cacheDirectory });
    const used = series.some(({ prepared }) => prepared !== null);
    const odd = skipped.find(({ reason }) => reason.includes('\n'));
    if (odd !== undefined) return { result: 'defect', detail: odd.reason };
    return { result: used ? 'volume' : 'refused', detail: '' };
  } catch (thrown) {
    return endingOf(thrown);
  } finally {
    rmSync(cacheDirectory, { recursive: true, force: true });
  }
}

/** Ending for an exception: an error of one line that names a file of the folder is sound, others are defects. */
function endingOf(thrown: unknown): Ending {
  const message = messageOf(thrown);
  return isSound(thrown)
    ? { result: 'refused', detail: message }
    : { result: 'defect', detail: thrown instanceof Error ? (thrown.stack ?? message) : message };
}

function isSound(thrown: unknown): boolean {
  return thrown instanceof UserError && thrown.message.startsWith(folder) && !thrown.message.includes('\n');
}

function soundly(thrown: unknown): void {
  if (!isSound(thrown)) throw thrown;
}

/** Writes a sample with one of its files corrupted; returns which and how. */
function write(sample: Sample, rng: Rng): { path: string; what: string } {
  const own = `scan${sample.ending}`;
  const files = Object.entries({ [own]: sample.bytes, ...sample.beside });
  // Most errors concern the header.
  const at = files.length === 1 || rng.bool(0.7) ? 0 : 1 + rng.int(files.length - 1);
  let what = '';
  for (const [i, [name, bytes]] of files.entries()) {
    const spoiled = i === at ? spoil(bytes, rng) : { bytes, how: '' };
    if (i === at) what = `${spoiled.how} ${name}`;
    writeFileSync(join(folder, name), spoiled.bytes);
  }
  return { path: join(folder, own), what };
}

for (let index = Number(first); index < Number(last); index++) {
  const rng = rngOf(Number(seed), 'fuzz', index);
  const sample = rng.pick(samples);
  const { path, what } = write(sample, rng);
  const whole = rng.bool(WHOLE_FOLDERS);
  report({ index, what, result: 'begins', detail: '' });
  report({ index, what, ...(await (whole ? attemptFolder() : attempt(path, sample))) });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
}
rmSync(folder, { recursive: true });
process.disconnect();
