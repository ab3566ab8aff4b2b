/**
 * Speed of each engine and device here: measured once, and again when something that bears on it changes (versions, processor,
 * threads, which devices there are).
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Precision } from '../engines/engine.js';
import { plainJson } from '../core/json.js';
import type { Question } from './child.js';
import { isBusy, storedOr } from './stored-calibration.js';
import { bearingOf, type Workload } from './workload.js';

export interface Candidate {
  readonly engine: string;
  readonly device: string;
  /** Text of the probe, which names versions and hardware. */
  readonly reason: string;
}

/** What bears on the speed of all candidates. */
export interface Settings {
  readonly threads: number;
  readonly precision: Precision;
  /** Absent: the reference network. */
  readonly workload?: Workload;
}

const Measured = z.array(
  z.object({
    engine: z.string(),
    device: z.string(),
    /** Training steps of the networks per second, as many of each; null where one did not run. */
    stepsPerSecond: z.number().nullable(),
  }),
);
export type Measured = z.output<typeof Measured>;

/** Far beyond what a slow device needs for a few steps. */
const TIMEOUT_MS = 120_000;

/** Measures the candidates one after another, or returns what was measured before. */
export async function calibrate(candidates: readonly Candidate[], settings: Settings): Promise<Measured> {
  const { threads, precision, workload } = settings;
  const bearing = plainJson({
    // How it is measured: figures of one visit each, or of threads that slept at once, counted before.
    visits: 2,
    spin: true,
    threads,
    precision,
    networks: bearingOf(workload),
    candidates: candidates.map(({ engine, device, reason }) => [engine, device, reason]),
  });
  const compare = async (): Promise<Measured> => {
    const visits = candidates.map((): number[][] | null => []);
    const visit = async (i: number): Promise<void> => {
      const { engine, device } = candidates[i] as Candidate;
      const seconds = await secondsPerStep({ ...settings, engine, device, spin: true });
      if (seconds === null) visits[i] = null;
      else visits[i]?.push([...seconds]);
    };
    for (const i of candidates.keys()) await visit(i);
    // Again in the other order, since whatever else this machine does for a while slows one of them and not the others.
    const first = visits.map(rateOf);
    const highest = Math.max(...first.map((rate) => rate ?? 0));
    const close = [...candidates.keys()].filter((i) => (first[i] ?? 0) * CLOSE >= highest);
    if (highest > 0 && close.length > 1) for (const i of close.reverse()) await visit(i);
    return candidates.map(({ engine, device }, i) => ({ engine, device, stepsPerSecond: rateOf(visits[i]) }));
  };
  return storedOr('engines.json', Measured, bearing, compare, isBusy());
}

/** Candidates are measured a second time where the fastest was no more than so many times as fast. */
const CLOSE = 4;

/** Steps per second of as many steps of each network, by the fastest that was seen of each; null where one did not run. */
export function rateOf(visits: readonly (readonly number[])[] | null | undefined): number | null {
  const [first] = visits ?? [];
  if (!visits || first === undefined) return null;
  const fastest = first.map((_, network) => Math.min(...visits.map((visit) => visit[network] ?? Infinity)));
  return fastest.length / fastest.reduce((sum, seconds) => sum + seconds, 0);
}

const Seconds = z.array(z.number().positive()).min(1);

/** Of each network; null where one did not run. */
function secondsPerStep(question: Question): Promise<readonly number[] | null> {
  const entry = fileURLToPath(new URL('./child.js', import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry], { timeout: TIMEOUT_MS }, (_, stdout) => {
      const told = /SECONDS PER STEP (\[.*\])/.exec(stdout)?.[1];
      resolve(told === undefined ? null : (Seconds.safeParse(JSON.parse(told)).data ?? null));
    });
    child.stdin?.on('error', () => undefined); // a process that ended without reading has given no figure
    child.stdin?.end(JSON.stringify(question));
  });
}
