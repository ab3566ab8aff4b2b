/**
 * Speed of each engine and device here: measured once, and again when something that bears on it changes (versions, processor,
 * threads, which devices there are).
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Precision } from '../engines/engine.js';
import { storedOr } from './stored-calibration.js';

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
}

const Measured = z.array(
  z.object({
    engine: z.string(),
    device: z.string(),
    /** Training steps of the reference network per second; null where it did not run. */
    stepsPerSecond: z.number().nullable(),
  }),
);
export type Measured = z.output<typeof Measured>;

/** Far beyond what a slow device needs for a few steps. */
const TIMEOUT_MS = 120_000;

/** Measures the candidates one after another, or returns what was measured before. */
export async function calibrate(
  candidates: readonly Candidate[],
  { threads, precision }: Settings,
): Promise<Measured> {
  const bearing = {
    threads,
    precision,
    candidates: candidates.map(({ engine, device, reason }) => [engine, device, reason]),
  };
  return storedOr('engines.json', Measured, bearing, async () => {
    const measured: Measured = [];
    for (const { engine, device } of candidates) {
      measured.push({
        engine,
        device,
        stepsPerSecond: await stepsPerSecond({ engine, device, threads, precision }),
      });
    }
    return measured;
  });
}

function stepsPerSecond({
  engine,
  device,
  threads,
  precision,
}: Settings & Pick<Candidate, 'engine' | 'device'>): Promise<number | null> {
  const entry = fileURLToPath(new URL('./child.js', import.meta.url));
  const args = [entry, engine, device, String(threads), precision];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (_, stdout) => {
      const value = Number(/STEPS PER SECOND (\S+)/.exec(stdout)?.[1]);
      resolve(Number.isFinite(value) ? value : null);
    });
  });
}
