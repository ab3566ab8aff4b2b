/**
 * Table of the benchmark, one row per network and device.
 */
import type { Measurement } from './measure.js';

const COLUMNS = [
  ['network', 22],
  ['engine/device', 14],
  ['steps/s', 9],
  ['PyTorch', 9],
  ['ratio', 7],
  ['by CPU', 7],
  ['of peak', 8],
  ['compile', 9],
  ['loss diff', 10],
] as const;

export const HEADER = COLUMNS.map(([title, width], i) => aligned(title, width, i)).join(' ');

export function rowOf(m: Measurement): string {
  const number = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '–';
  const cells = [
    m.name,
    `${m.engine}/${m.device}`,
    number(m.steps_per_second, 2),
    number(m.pytorch_steps_per_second, 2),
    number(m.speedup, 2),
    number(m.cpu_speedup, 2),
    `${(100 * m.share_of_peak).toFixed(0)} %`,
    `${m.compile_seconds.toFixed(2)} s`,
    m.loss_difference?.toExponential(0) ?? '–',
  ];
  return cells.map((cell, i) => aligned(cell, COLUMNS[i]?.[1] ?? 0, i)).join(' ');
}

/** Aligns names to the left and numbers to the right. */
function aligned(text: string, width: number, column: number): string {
  return column < 2 ? text.padEnd(width) : text.padStart(width);
}
