/**
 * A folder of scans as a table: each scan as stored and as it will become, and what is left out.
 */
import type { ScanDescription } from '../../api/index.js';
import { plural, table } from './format.js';
import { leftOutLines } from './left-out-lines.js';

export function scansText({ series, skipped, left_out: leftOut }: ScanDescription): string {
  const rows = series.map((entry) => [
    entry.path + (entry.part === undefined ? '' : ` [${entry.part}]`) + filesText(entry),
    entry.format,
    entry.modality ?? '',
    entry.size.join('×') + (entry.frames > 1 ? `×${entry.frames}` : ''),
    entry.spacing_mm.map((mm) => mm.toFixed(2)).join('×'),
    entry.frame_time_s === null ? '' : entry.frame_time_s.toFixed(3),
    entry.orientation,
    becomes(entry),
    [entry.problem ?? '', ...entry.remarks].filter((text) => text !== '').join('; '),
  ]);
  const titles = ['file', 'format', 'modality', 'size x×y×z', 'mm', 's', 'axes', 'becomes D×H×W', 'remarks'];
  const unusable = series.filter(({ problem }) => problem !== null).length;
  return [
    table(titles, rows),
    `${plural(series.length, 'scan')}, ${unusable} with a problem, ${skipped.length} unreadable, ${leftOut.length} left out`,
    ...[...new Set(series.flatMap(clippingOf))].map((text) => `intensities: ${text}`),
    ...skipped.map(({ path, reason }) => `  unreadable ${path}: ${reason}`),
    ...leftOutLines(leftOut).map((line) => `  left out ${line}`),
  ].join('\n');
}

function filesText({ files }: ScanDescription['series'][number]): string {
  return files > 1 ? ` (${files} files)` : '';
}

function becomes({ prepared }: ScanDescription['series'][number]): string {
  if (prepared === null) return '';
  const { size, volumes, frame_time_s: seconds } = prepared;
  return `${volumes > 1 ? `${volumes} × ` : ''}${size.join('×')}${seconds === null ? '' : ` every ${seconds} s`}`;
}

function clippingOf({ modality, prepared }: ScanDescription['series'][number]): string[] {
  return prepared === null ? [] : [`${modality ?? 'unknown modality'} clipped at ${prepared.clipped}`];
}
