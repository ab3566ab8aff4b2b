/**
 * `npm run fuzz:scans -- [--mutations N] [--seed S] [--corpus DIR]`: corrupts valid scan files in seeded ways and reads
 * them. Each must end in a volume or in an error of one line that names the file: no crash, no hang beyond 10 s, no
 * more than 1 GB of memory.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Outcome } from './reader.js';

/** Processor time after which a reader counts as hanging; on a busy machine, a longer wall time applies. */
const HANG_MS = 10_000;
const WAIT_MS = 60_000;
const MOST_MEMORY_MIB = 1024;
const PAGE_BYTES = 4096;

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    corpus: { type: 'string', default: '' },
  },
});

interface Tally {
  volume: number;
  refused: number;
  readonly defects: string[];
  /** Highest resident memory seen, MiB. */
  memory: number;
  /** Longest time for one file, ms. */
  slowest: number;
}

/** Reads files from `first` on in one child, until all are done or one ends the child; returns the next number. */
function runFrom(first: number, total: number, tally: Tally): Promise<number> {
  const reader = fileURLToPath(new URL('reader.js', import.meta.url));
  return new Promise((settle) => {
    const child = fork(reader, [values.seed, String(first), String(total), values.corpus], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--max-old-space-size=512'],
    });
    let current: Outcome | undefined;
    let since = Date.now();
    let before = 0;
    let ended: string | null = null;
    const stop = (because: string): void => {
      ended ??= because;
      child.kill('SIGKILL');
    };
    const watchdog = setInterval(() => {
      const memory = residentOf(child.pid);
      tally.memory = Math.max(tally.memory, memory);
      if (memory > MOST_MEMORY_MIB) stop(`takes ${memory} MiB`);
      const waited = Date.now() - since;
      const computed = (processorMsOf(child.pid) ?? Infinity) - before;
      if (current !== undefined && (waited > WAIT_MS || (waited > HANG_MS && computed > HANG_MS)))
        stop(`hangs for more than ${HANG_MS / 1000} s`);
    }, 100);
    child.on('message', (message) => {
      const outcome = message as Outcome;
      tally.memory = Math.max(tally.memory, outcome.memory);
      if (outcome.memory > MOST_MEMORY_MIB) ended ??= `takes ${outcome.memory} MiB`;
      if (outcome.result === 'begins') {
        current = outcome;
        since = Date.now();
        before = processorMsOf(child.pid) ?? 0;
        return;
      }
      tally.slowest = Math.max(tally.slowest, Date.now() - since);
      if (outcome.result === 'defect')
        tally.defects.push(`${outcome.index} ${outcome.what}: ${outcome.detail}`);
      else tally[outcome.result]++;
      current = undefined;
      if ((outcome.index + 1) % 1000 === 0) process.stderr.write(`${outcome.index + 1} of ${total}\n`);
      first = outcome.index + 1;
    });
    child.on('close', (code, signal) => {
      clearInterval(watchdog);
      if (current !== undefined)
        tally.defects.push(
          `${current.index} ${current.what}: ${ended ?? `ends the process (${signal ?? code})`}`,
        );
      else if (first < total) tally.defects.push(`between files: the reader ends (${signal ?? code})`);
      settle(current === undefined ? (first < total ? first + 1 : total) : current.index + 1);
    });
  });
}

/** Resident memory of a process in MiB, if the system reports it. */
function residentOf(pid: number | undefined): number {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Math.round((Number(pages) * PAGE_BYTES) / 2 ** 20);
  } catch {
    return 0;
  }
}

/** Processor time of a process in ms, if the system reports it: fields 14 and 15 of its `stat`, in units of 10 ms. */
function processorMsOf(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}

const total = Number(values.mutations);
const tally: Tally = { volume: 0, refused: 0, defects: [], memory: 0, slowest: 0 };
for (let next = 0; next < total;) next = await runFrom(next, total, tally);
const { volume, refused, defects, memory, slowest } = tally;
for (const defect of defects.slice(0, 50)) console.log(defect);
console.log(
  `${total} mutations (seed ${values.seed}): ${volume} volumes, ${refused} refused in one line, ${defects.length} defects; ` +
    `at most ${memory} MiB, ${slowest} ms for one file`,
);
process.exitCode = defects.length > 0 ? 1 : 0;
