/**
 * Measurements of this machine, stored next to the scan cache and valid until something that bears on them changes.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import { join } from 'node:path';
import { z, type ZodType } from 'zod';
import { writeAtomicallySync } from '../core/atomic-write.js';
import { hashJson } from '../core/hash.js';
import type { Json } from '../core/json.js';
import { defaultCacheDirectory } from '../scans/cache/cache.js';
import { version } from '../core/version.js';

/** The processor by its name. */
export const processor = (): string => cpus()[0]?.model.trim() ?? arch();

/** From so many running processes a core on, over the last minute, other work disturbs a measurement. */
const BUSY = 0.75;

/** True if other work would disturb a measurement now; never on Windows, which does not tell its load. */
export const isBusy = (): boolean => (loadavg()[0] ?? 0) > BUSY * availableParallelism();

/**
 * The value in `file` for `bearing` and this machine, else the value that `measure` gives, which is written there. What was measured
 * while the machine was `busy` counts until it is asked for by one that is not. A file that is missing or damaged is as good as
 * none: it only saves seconds.
 */
export async function storedOr<T>(
  file: string,
  content: ZodType<T>,
  bearing: Json,
  measure: () => Promise<T>,
  busy = false,
): Promise<T> {
  const path = join(defaultCacheDirectory(), file);
  const machine = [platform(), arch(), cpus()[0]?.model ?? '', availableParallelism()];
  const about = { voxolve: version, node: process.version, machine, bearing };
  const quiet = hashJson(about);
  const key = busy ? hashJson({ ...about, busy }) : quiet;
  const known = read(path, content);
  for (const each of [quiet, key]) if (Object.hasOwn(known, each)) return known[each] as T;
  const measured = await measure();
  write(path, { ...read(path, content), [key]: measured });
  return measured;
}

function read<T>(path: string, content: ZodType<T>): Record<string, T> {
  try {
    return z.record(z.string(), content).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

function write(path: string, content: Record<string, unknown>): void {
  try {
    mkdirSync(defaultCacheDirectory(), { recursive: true });
    writeAtomicallySync(path, JSON.stringify(content, null, 2));
  } catch {
    // Measured again next time.
  }
}
