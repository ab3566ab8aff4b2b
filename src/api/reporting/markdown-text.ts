/**
 * Pieces of Markdown. Names of classes and groups, remarks and reasons come from tables of others: whatever they hold is shown,
 * and neither breaks a table nor becomes a heading, a link, a picture or HTML.
 */
import { visible } from '../../core/unseen.js';
import type { Metric } from '../../metrics/index.js';

/** Text that Markdown shows as it is, in one line. */
export function escaped(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]()#+!|~$^=]/g, '\\$&')
    .replace(/^(\s*)([-.])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;')
    .replace(/:(?=\/\/)/g, '&#58;')
    .replace(/\bwww\./gi, (word) => `${word.slice(0, 3)}&#46;`);
}

/** A table whose cells are Markdown already; columns but the first are aligned to the right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** Three digits behind the point, fewer of great numbers. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5) return value.toPrecision(4);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : 3);
}

/** `0.812 (0.760 to 0.861)`; a dash where there is no value. */
export function estimate(metric: Metric | undefined): string {
  if (metric?.value == null) return '–';
  const { value, ci95 } = metric;
  return ci95 === null ? figure(value) : `${figure(value)} (${figure(ci95[0])} to ${figure(ci95[1])})`;
}

/** `true_positive_rate` → `true positive rate`. */
export function words(name: string): string {
  return escaped(name.replaceAll('_', ' '));
}
