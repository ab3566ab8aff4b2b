/**
 * Tables of `bench:search`.
 */
import { table } from '../../src/cli/views/format.js';
import { agrees, overall, perHour, ratiosOf, sharesOf, type GroupResult, type Row } from './figures.js';

const SIDES = ['voxolve', 'pytorch'] as const;

const COLUMNS = [
  ['group', 14],
  ['candidate', 10],
  ['voxolve', 10],
  ['PyTorch', 10],
  ['ratio', 8],
  ['voxolve, CPU', 14],
  ['PyTorch, CPU', 14],
  ['ratio', 8],
  ['loss difference', 17],
] as const;

/** Columns of `rowLine`. */
export const ROW_HEADER = aligned(COLUMNS.map(([title]) => title));

/** A candidate, as soon as it is measured: seconds by wall and by processor, and ratios. */
export function rowLine(group: string, row: Row): string {
  const { voxolve, pytorch, number } = row;
  const { wall, cpu } = ratiosOf([row]);
  const seconds = (value: number): string => `${value.toFixed(2)} s`;
  const cells = [
    ...[group, String(number), seconds(voxolve.seconds), seconds(pytorch.seconds), wall.toFixed(2)],
    ...[seconds(voxolve.cpu), seconds(pytorch.cpu), cpu.toFixed(2)],
    row.lossDifference.toExponential(0),
  ];
  return `${aligned(cells)}${agrees(row) ? '' : '  LOSSES DIFFER'}`;
}

/** Aligns names to the left and numbers to the right. */
function aligned(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(COLUMNS[i]?.[1] ?? 0) : cell.padStart(COLUMNS[i]?.[1] ?? 0)))
    .join('');
}

/** Rates and ratios of groups, and their means. */
export function ratioTable(results: readonly GroupResult[], workers: number): string {
  const header = ['group', 'candidates', 'voxolve/h', 'PyTorch/h', 'ratio', 'by processor time'];
  const lines = results.map(({ name, rows }) => {
    const { wall, cpu } = ratiosOf(rows);
    const rates = SIDES.map((side) => perHour(rows, side, workers).toFixed(0));
    const mark = rows.every(agrees) ? '' : ' (losses differ)';
    return [name + mark, String(rows.length), ...rates, wall.toFixed(2), cpu.toFixed(2)];
  });
  const mean = overall(results);
  return table(header, [...lines, ['geometric mean', '', '', '', mean.wall.toFixed(2), mean.cpu.toFixed(2)]]);
}

/** How a second of each side's workers goes. */
export function shareTable(results: readonly GroupResult[], workers: number): string {
  const header = ['group', 'side', 'open', 'batches', 'steps', 'evaluation', 'idle'];
  const lines = results.flatMap((result) =>
    SIDES.map((side) => {
      const { open, batches, steps, evaluation, idle } = sharesOf(result, side, workers);
      const shares = [open, batches, steps, evaluation, idle];
      return [result.name, side, ...shares.map((share) => `${(100 * share).toFixed(0)} %`)];
    }),
  );
  return table(header, lines);
}
