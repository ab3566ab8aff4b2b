/**
 * By how much a process grew at most, between two moments. Linux alone tells (proc(5): writing 5 to `clear_refs` resets
 * the peak `VmHWM` to the present `VmRSS`). It is one candidate's only where nothing else runs in the process.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Starts watching; the function returned gives the bytes of growth since, null where they cannot be told. */
export function watchPeak(): () => number | null {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    const before = statusBytes('VmRSS');
    return () => {
      try {
        return Math.max(0, statusBytes('VmHWM') - before);
      } catch {
        return null;
      }
    };
  } catch {
    return () => null;
  }
}

function statusBytes(key: 'VmRSS' | 'VmHWM'): number {
  const match = new RegExp(`^${key}:\\s*(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  if (match === null) throw new Error(`/proc/self/status has no ${key}`);
  return Number(match[1]) * 1024;
}
