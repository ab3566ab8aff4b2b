/**
 * `npm run soak -- --candidates N [--json FILE]`: trains N random candidates of factorized3d one after another in one
 * process, two steps each, and reports resident memory after each: what a long search would leak shows here. Memory may
 * differ by 5 % between the hundredth candidate and the last; else the exit code is 1.
 *
 * The process starts itself again with the allocator's settings of training processes, and with a garbage collector
 * that can be called before memory is read: garbage that waits to be collected is no leak.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { messageOf, UserError } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import { onnxEngine } from '../engines/onnx/index.js';
import type { Architecture } from '../nn/architecture.js';
import { infeasibility } from '../nn/shapes.js';
import { memorySettings } from '../workers/memory-settings.js';
import { batchesOf, LEARNING_RATE, programOf, weightsOf } from './engines/networks.js';

const STEPS = 2;
const BATCH = 2;
/** Frames, height and width. */
const CLIP = [8, 20, 20] as const;
/** The candidate after which memory has settled. */
const SETTLED = 100;
/** Share by which memory may differ between that candidate and the last. */
const ALLOWED = 0.05;

async function main(words: string[]): Promise<void> {
  const { values } = parseArgs({
    args: words,
    options: { candidates: { type: 'string', default: '1000' }, json: { type: 'string' } },
  });
  const count = Number(values.candidates);
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError({
      subject: '--candidates',
      problem: `must be a positive whole number, got "${values.candidates}"`,
      fix: 'leave it out for 1000',
    });
  }
  const resident: number[] = [];
  for (let number = 1; number <= count; number++) {
    await train(number);
    resident.push(await residentMemory());
    if (number % 50 === 0) process.stdout.write(`${number}: ${megabytes(resident.at(-1))}\n`);
  }
  const [settled, last] = [resident[Math.min(SETTLED, count) - 1] ?? NaN, resident.at(-1) ?? NaN];
  const growth = last / settled - 1;
  const within = Math.abs(growth) <= ALLOWED;
  process.stdout.write(
    `resident memory: ${megabytes(settled)} after candidate ${Math.min(SETTLED, count)}, ${megabytes(last)} after ` +
      `candidate ${count} (${growth >= 0 ? '+' : ''}${(100 * growth).toFixed(1)} %): ` +
      `${within ? 'within' : 'not within'} ${100 * ALLOWED} %\n`,
  );
  if (!within) process.exitCode = 1;
  if (values.json !== undefined) {
    const content = { candidates: count, resident_bytes: resident, growth };
    writeFileSync(values.json, `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** Bytes, once what can be collected is collected. */
async function residentMemory(): Promise<number> {
  globalThis.gc?.();
  await setImmediate(); // finalisers of native objects run between turns of the loop
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

async function train(number: number): Promise<void> {
  const architecture = candidate(number);
  const program = programOf(architecture, BATCH, CLIP);
  const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
  try {
    session.load({ weights: weightsOf(program) });
    const feeds = batchesOf({ name: String(number), architecture, steps: STEPS }, BATCH, CLIP);
    await session.train(feeds, new Float32Array(STEPS).fill(LEARNING_RATE));
    await session.read();
  } finally {
    await session.dispose();
  }
}

/** The candidate of this number: the first draw that the clip is large enough for. */
function candidate(number: number): Architecture {
  for (let attempt = 0; ; attempt++) {
    const genome = factorized3d.gene.sample(rngOf('soak', number, attempt));
    const architecture = factorized3d.build(genome, { channels: 1 });
    if (infeasibility(architecture, [BATCH, 1, ...CLIP]) === null) return architecture;
  }
}

function megabytes(bytes: number | undefined): string {
  return `${((bytes ?? NaN) / 2 ** 20).toFixed(0)} MiB`;
}

/** This script in a process with the settings above; its exit code. */
function again(): number {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = { ...process.env, ...memorySettings };
  return spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
}

if (globalThis.gc === undefined) process.exitCode = again();
else {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`soak: ${messageOf(error)}\n`);
    if (!(error instanceof UserError)) console.error(error);
    process.exitCode = 1;
  });
}
