/**
 * The fuzzer's child: spoils and reads files one after the other, and says after each how it went.
 *
 * It is a process of its own, since a reader that hangs, or takes all memory, must not take the fuzzer with it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError, messageOf } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import { formatOf } from '../scans/formats/index.js';
import { ScanOptions, transformsOf } from '../scans/options.js';
import { prepare } from '../scans/prepare.js';
import { builtInSamples, samplesWithin } from './scans-fuzz-corpus.js';
import { spoil } from './scans-fuzz-mutations.js';

export interface Outcome {
  readonly index: number;
  readonly what: string;
  /** How it ended, or null where it begins. */
  readonly result: 'begins' | 'volume' | 'refused' | 'defect';
  readonly detail: string;
  /** Resident memory, MiB. */
  readonly memory: number;
}

const [seed = '0', first = '0', last = '0', corpus = ''] = process.argv.slice(2);
const samples = [...builtInSamples(), ...(corpus === '' ? [] : samplesWithin(corpus))];
const folder = mkdtempSync(join(tmpdir(), 'voxolve-fuzz-'));
const transforms = transformsOf(ScanOptions.parse({ nonFinite: 'zero' }));

function report(outcome: Omit<Outcome, 'memory'>): void {
  process.send?.({ ...outcome, memory: Math.round(process.memoryUsage.rss() / 2 ** 20) });
}

async function attempt(path: string): Promise<Pick<Outcome, 'result' | 'detail'>> {
  try {
    const format = formatOf(path);
    // What a folder is listed by must end as well as reading does.
    await format?.facts?.(path, (identifier) => identifier).catch(soundly(path));
    const scan = await format?.read(path);
    if (scan === undefined) return { result: 'defect', detail: 'of no format' };
    const expected = scan.size.reduce((product, n) => product * n, scan.frames);
    if (scan.voxels.length !== expected)
      return { result: 'defect', detail: `${scan.voxels.length} voxels, ${expected} declared` };
    prepare(path, scan, transforms);
    return { result: 'volume', detail: '' };
  } catch (thrown) {
    const message = messageOf(thrown);
    return isSound(thrown, path)
      ? { result: 'refused', detail: message }
      : { result: 'defect', detail: thrown instanceof Error ? (thrown.stack ?? message) : message };
  }
}

/** One line that begins with the name of the file. */
function isSound(thrown: unknown, path: string): boolean {
  return thrown instanceof UserError && thrown.message.startsWith(path) && !thrown.message.includes('\n');
}

function soundly(path: string): (thrown: unknown) => void {
  return (thrown) => {
    if (!isSound(thrown, path)) throw thrown;
  };
}

for (let index = Number(first); index < Number(last); index++) {
  const rng = rngOf(Number(seed), 'fuzz', index);
  const sample = rng.pick(samples);
  const { bytes, how } = spoil(sample.bytes, rng);
  const path = join(folder, `scan${sample.ending}`);
  writeFileSync(path, bytes);
  const what = `${how} ${sample.ending}`;
  report({ index, what, result: 'begins', detail: '' });
  report({ index, what, ...(await attempt(path)) });
}
rmSync(folder, { recursive: true });
process.disconnect();
