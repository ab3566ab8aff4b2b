/**
 * Share of the machine's memory that candidates may take together.
 */
import { freemem } from 'node:os';

/** Share of the memory that is free when the search starts; the rest is for the scans' cache, the system and mistakes. */
const SHARE = 0.8;
/** Memory of a worker that trains nothing yet: Node, the runtime, the scans' index. */
const WORKER_BYTES = 150 * 2 ** 20;

/** Bytes; `asked` in MiB, else a share of what is free. */
export function memoryBudget(workers: number, asked?: number): number {
  const whole = asked === undefined ? SHARE * freeMemory() : asked * 2 ** 20;
  return Math.max(0, whole - workers * WORKER_BYTES);
}

/** Node 20.13 and later know the limits of containers too. */
function freeMemory(): number {
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}
