/**
 * `npm run soak -- --candidates N [--json FILE]`: trains N random candidates of factorized3d one after another in one
 * process, two steps each, and reports resident memory after each, to find leaks of long searches. Memory may differ by
 * 5 % between the hundredth candidate and the last; else the exit code is 1.
 *
 * On Linux only growth of the process's own memory (RssAnon) counts. The rest of resident memory is pages of files,
 * such as libraries, which the kernel loads and drops as other programs come and go.
 *
 * The process starts itself again with the settings of training processes, and with a garbage collector
 * that can be called before memory is read: uncollected garbage is no leak.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { factorized3d } from '../search-spaces/factorized3d.js';
import { messageOf, present, UserError } from '../src/core/errors.js';
import { rngOf } from '../src/core/random.js';
import { onnxEngine } from '../src/engines/onnx/index.js';
import type { Architecture } from '../src/nn/architecture.js';
import { infeasibility } from '../src/nn/shapes.js';
import { heapOptions, memorySettings } from '../src/workers/memory-settings.js';
import { batchesOf, LEARNING_RATE, programOf, weightsOf } from './engines/networks.js';

const STEPS = 2;
const BATCH = 2;
/** Frames, height and width. */
const CLIP = [8, 20, 20] as const;
/** Number of the candidate after which memory has settled. */
const SETTLED = 100;
/** Relative difference of memory allowed between that candidate and the last. */
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
  const memory: Memory[] = [];
  for (let number = 1; number <= count; number++) {
    await train(number);
    memory.push(await memoryNow());
    if (number % 50 === 0) {
      const { resident, own } = present(memory.at(-1), 'a figure');
      process.stdout.write(`${number}: ${megabytes(resident)} resident, ${megabytes(own)} of its own\n`);
    }
  }
  const settled = Math.min(SETTLED, count);
  const [before, after] = [present(memory[settled - 1], 'a figure'), present(memory.at(-1), 'a figure')];
  const growth = (after.own - before.own) / before.resident;
  const within = Math.abs(growth) <= ALLOWED;
  process.stdout.write(
    `resident: ${megabytes(before.resident)} after candidate ${settled}, ${megabytes(after.resident)} after candidate ` +
      `${count}; of the process's own ${megabytes(before.own)} and ${megabytes(after.own)}, ` +
      `${growth >= 0 ? '+' : ''}${(100 * growth).toFixed(1)} % of what was resident: ` +
      `${within ? 'within' : 'not within'} ${100 * ALLOWED} %\n`,
  );
  if (!within) process.exitCode = 1;
  if (values.json !== undefined) {
    const content = {
      candidates: count,
      resident_bytes: memory.map(({ resident }) => resident),
      own_bytes: memory.map(({ own }) => own),
      growth,
    };
    writeFileSync(values.json, `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** Memory of the process in bytes. */
interface Memory {
  readonly resident: number;
  /** Memory without pages of files, if the system distinguishes them. */
  readonly own: number;
}

/** Reads memory after garbage collection. */
async function memoryNow(): Promise<Memory> {
  globalThis.gc?.();
  await setImmediate(); // finalisers of native objects run between turns of the loop
  globalThis.gc?.();
  const resident = process.memoryUsage.rss();
  if (process.platform !== 'linux') return { resident, own: resident };
  const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return { resident, own: anonymous === undefined ? resident : 1024 * Number(anonymous) };
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

/** Candidate of this number: the first draw for which the clip is large enough. */
function candidate(number: number): Architecture {
  for (let attempt = 0; ; attempt++) {
    const genome = factorized3d.gene.sample(rngOf('soak', number, attempt));
    const architecture = factorized3d.build(genome, { channels: 1 });
    if (infeasibility(architecture, [BATCH, 1, ...CLIP]) === null) return architecture;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** Runs this script in a process with the settings above; returns its exit code. */
function again(): number {
  const args = ['--expose-gc', ...heapOptions, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
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
