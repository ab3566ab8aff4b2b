/**
 * Numbers and tables as people read them.
 */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Three significant digits with a decimal prefix: 12.3 k, 4.56 M. */
export function si(value: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [1e12, ' T'],
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ];
  const [unit, suffix] = steps.find(([size]) => value >= size) ?? [1, ''];
  const scaled = value / unit;
  return `${unit === 1 ? String(Math.round(scaled)) : scaled.toPrecision(3)}${suffix}`;
}

/** Two digits behind the point below ten, none above a hundred: 4.21 ms, 12.3 ms, 240 ms. */
export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** `1 h 05 min`, `3 min 20 s`, `42 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  if (whole >= 60) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${whole} s`;
}

export { plural } from '../../core/plural.js';

/** Columns padded to their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
