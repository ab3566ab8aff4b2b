/**
 * Processor seconds of the Python process in which engine torch trains: a figure that Node does not have of other processes.
 */
import { readFileSync } from 'node:fs';
import { sharedPython } from '../src/engines/torch/python.js';

/** Of a second, in which Linux tells processor times. */
const TICKS = 100;

/** Seconds so far of this thread's process; 0 for engines without one, undefined where the system does not tell (Linux does). */
export async function pythonSeconds(engine: string): Promise<number | undefined> {
  if (engine !== 'torch') return 0;
  const { pid } = await sharedPython();
  try {
    // The second field, a name in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return undefined;
  }
}
