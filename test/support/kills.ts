/**
 * Kills commands at moments that are drawn from phases measured on an undisturbed run.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../src/core/random.js';
import { said, startVoxolve, type Finished } from './cli.js';

/** The time between two things that a command says or does, or its start or end. */
export interface Phase {
  readonly name: string;
  /** Text that begins it; absent: the start of the process. */
  readonly from?: string;
  /** Text that ends it, or a file that appears; absent: the end of the process. */
  readonly to?: { readonly text: string } | { readonly file: string };
  /** Milliseconds by which the moments reach beyond its end. */
  readonly beyond?: number;
}

/** Milliseconds that each phase takes on an undisturbed run, which must succeed. */
export async function measurePhases(
  args: readonly string[],
  env: Record<string, string>,
  phases: readonly Phase[],
): Promise<readonly number[]> {
  const { child, finished } = startVoxolve(args, env);
  const begin = performance.now();
  const timeOf = async (event: Promise<void>): Promise<number> => {
    await event;
    return performance.now() - begin;
  };
  const end = finished.then(() => performance.now() - begin);
  const times = phases.map(async ({ name, from, to, beyond = 0 }) => {
    const [first, last] = await Promise.all([
      from === undefined ? 0 : Promise.race([timeOf(said(child, from)), end.then(() => Number.NaN)]),
      to === undefined ? end : Promise.race([timeOf(reached(child, to)), end.then(() => Number.NaN)]),
    ]);
    if (Number.isNaN(last - first))
      throw new Error(`phase ${name}: the command did not reach its begin or end`);
    return last - first + beyond;
  });
  const { code, stderr } = await finished;
  if (code !== 0) throw new Error(stderr);
  return Promise.all(times);
}

async function reached(child: ChildProcess, to: NonNullable<Phase['to']>): Promise<void> {
  if ('text' in to) return said(child, to.text);
  while (child.exitCode === null && !existsSync(to.file)) await sleep(1);
}

/** `count` moments in [0, `length`) milliseconds: one anywhere, or its begin and one from each of equal parts. */
export function momentsIn(length: number, count: number, rng: Rng): readonly number[] {
  if (count === 1) return [rng.float() * length];
  const parts = count - 1;
  return [0, ...Array.from({ length: parts }, (_, i) => ((i + rng.float()) * length) / parts)];
}

/** Starts a command and kills it `moment` milliseconds into a phase; its end where that came before. */
export async function killIn(
  { from }: Phase,
  moment: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Finished | 'killed'> {
  const { child, finished } = startVoxolve(args, env);
  const begun = from === undefined ? Promise.resolve() : said(child, from);
  const end = await Promise.race([finished, begun.then(() => sleep(moment)).then(() => null)]);
  if (end !== null) return end;
  child.kill('SIGKILL');
  const { signal, ...rest } = await finished;
  return signal === 'SIGKILL' ? 'killed' : { signal, ...rest };
}
