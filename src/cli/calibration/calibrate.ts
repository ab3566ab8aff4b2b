/**
 * How fast each engine and device is here: measured once, kept beside the scan cache until something that bears on it
 * changes (versions, processor, threads, which devices there are).
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { hashJson } from '../../core/hash.js';
import { defaultCacheDirectory } from '../../scans/cache.js';
import { version } from '../version.js';

export interface Candidate {
  readonly engine: string;
  readonly device: string;
  /** What the probe said; names versions and hardware. */
  readonly reason: string;
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

const File = z.record(z.string(), Measured);

/** Far beyond what a slow device needs for a few steps. */
const TIMEOUT_MS = 120_000;

/** Measures the candidates one after another, or returns what was measured before. */
export async function calibrate(candidates: readonly Candidate[], threads: number): Promise<Measured> {
  const path = join(defaultCacheDirectory(), 'engines.json');
  const key = hashJson({
    voxolve: version,
    node: process.version,
    machine: [platform(), arch(), cpus()[0]?.model ?? '', availableParallelism()],
    threads,
    candidates: candidates.map(({ engine, device, reason }) => [engine, device, reason]),
  });
  const known = readCache(path);
  const before = known[key];
  if (before !== undefined) return before;
  const measured: Measured = [];
  for (const { engine, device } of candidates) {
    measured.push({ engine, device, stepsPerSecond: await stepsPerSecond(engine, device, threads) });
  }
  writeCache(path, { ...known, [key]: measured });
  return measured;
}

function stepsPerSecond(engine: string, device: string, threads: number): Promise<number | null> {
  const entry = fileURLToPath(new URL('./child.js', import.meta.url));
  const args = [entry, engine, device, String(threads)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (_, stdout) => {
      const value = Number(/STEPS PER SECOND (\S+)/.exec(stdout)?.[1]);
      resolve(Number.isFinite(value) ? value : null);
    });
  });
}

/** A file that is missing or damaged is as good as none: it only saves seconds. */
function readCache(path: string): Record<string, Measured> {
  try {
    return File.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

function writeCache(path: string, content: Record<string, Measured>): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(defaultCacheDirectory(), { recursive: true });
    writeFileSync(draft, JSON.stringify(content, null, 2));
    renameSync(draft, path);
  } catch {
    // Measured again next time.
  }
}
