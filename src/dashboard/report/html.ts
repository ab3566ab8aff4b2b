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

/**
 * A table with its caption; numbers to the right, nulls as a dash. Long texts are cut, short ones not broken, and columns without
 * any value left out.
 */
export function table(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const columns = header
    .map((_, i) => i)
    .filter((i) => rows.length === 0 || rows.some((row) => row[i] !== null));
  const numeric = (i: number): boolean =>
    rows.some((row) => typeof row[i] === 'number') && rows.every((row) => typeof row[i] !== 'string');
  const head = columns
    .map((i) => `<th scope="col"${classes(header[i] ?? '', numeric(i))}>${shown(header[i] ?? '')}</th>`)
    .join('');
  const cell = (value: Cell, i: number): string => {
    const text = value === null ? '–' : typeof value === 'number' ? figure(value) : value;
    return `<td${classes(text, numeric(i) || typeof value === 'number')}>${shown(text)}</td>`;
  };
  const body = rows
    .map((row) => `<tr>${columns.map((i) => cell(row[i] ?? null, i)).join('')}</tr>`)
    .join('\n');
  return `<table><caption>${escaped(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}

/** Characters of a cell: at most, and that stay in one line. */
const [LONGEST, SHORT] = [300, 26];

const shown = (text: string): string => escaped(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

function classes(text: string, numeric: boolean): string {
  const names = [...(text.length <= SHORT ? ['short'] : []), ...(numeric ? ['number'] : [])];
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
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
