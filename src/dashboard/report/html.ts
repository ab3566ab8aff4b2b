/**
 * HTML from text that may hold anything: names of files, tasks and genes are hostile input.
 */

/** Text within elements and attributes. Characters that turn the direction of text or are not allowed become visible codes. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
    .replace(UNSEEN, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// eslint-disable-next-line no-control-regex -- these are what is looked for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

export type Cell = string | number | null;

/** A table with its caption; numbers to the right, nulls as a dash. Long texts are cut. */
export function table(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const head = header.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`).join('\n');
  return `<table><caption>${escaped(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}

const LONGEST = 300;

function cellHtml(cell: Cell): string {
  if (cell === null) return '<td>–</td>';
  if (typeof cell === 'number') return `<td class="number">${escaped(figure(cell))}</td>`;
  return `<td>${escaped(cell.length > LONGEST ? `${cell.slice(0, LONGEST)}…` : cell)}</td>`;
}

/** Whole numbers whole, others with four significant digits. */
export function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** `0.8 (0.7 to 0.9)`. */
export function withInterval(value: number | null, interval: readonly [number, number] | null): string {
  if (value === null) return '–';
  return interval === null
    ? figure(value)
    : `${figure(value)} (${figure(interval[0])} to ${figure(interval[1])})`;
}
