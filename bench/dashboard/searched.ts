/** A search as a process of its own, with the wall and processor time that it took with all its workers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { voxolve } from './started.js';

export interface Spent {
  readonly wallSeconds: number;
  /** User and system time of the process, its threads and the processes that it waited for. */
  readonly processorSeconds: number;
}

/** Clock ticks a second in /proc, on all of Linux's platforms (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

/** Run before the command, in its process and in those that take over its arguments. */
const TELL_TIME = `data:text/javascript,import{readFileSync}from'node:fs';import{isMainThread}from'node:worker_threads';
if(isMainThread)process.on('exit',()=>console.error('times',process.pid,readFileSync('/proc/self/stat','latin1').replace(/^.*[)] /,'')))`;

export async function runSearch(
  args: readonly string[],
  {
    candidates,
    workers,
    cache,
  }: { readonly candidates: number; readonly workers: number; readonly cache: string },
): Promise<Spent> {
  const more = ['--candidates', String(candidates), '--workers', String(workers), '--json'];
  const before = performance.now();
  const command = spawn(
    process.execPath,
    ['--import', TELL_TIME.replaceAll('\n', ' '), voxolve, ...args, ...more],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, VOXOLVE_CACHE: cache, VOXOLVE_PYTHON: '' },
    },
  );
  let said = '';
  command.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(command, 'close')) as [number | null];
  const wallSeconds = (performance.now() - before) / 1000;
  const fields = new RegExp(`^times ${command.pid} (.*)$`, 'm').exec(said)?.[1];
  if (code !== 0 || fields === undefined) throw new Error(`the search ended with ${code}: ${said}`);
  return { wallSeconds, processorSeconds: secondsOf(fields, 4) };
}

/** User and system time of a process until now, without its children. */
export function processorSecondsOf(pid: number): number {
  return secondsOf(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, ''), 2);
}

/** `fields`: of /proc/PID/stat after the name; utime, stime, cutime and cstime are the 12th to 15th of them. */
function secondsOf(fields: string, count: number): number {
  const times = fields.split(' ').slice(11, 11 + count);
  return times.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}
