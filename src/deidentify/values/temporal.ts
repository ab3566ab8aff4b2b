/**
 * What becomes of dates and times that may stay: moved or not, they stay only if they are dates and times.
 */
import { isOffset, isTime, movedDate, movedMoment } from '../identity/dates.js';

/**
 * Values of DA, TM, DT and of offsets from UTC (SH), moved by `days`. Those that cannot be parsed are left out.
 *
 * @param text all values, separated by backslashes
 * @returns the values, or null if none can be parsed; and how many could not
 */
export function movedValues(
  text: string,
  representation: string,
  days: number,
): { readonly text: string | null; readonly unparsed: number } {
  const values = text
    .replace(/[\0 ]+$/, '')
    .split('\\')
    .map((value) => value.trim());
  const moved = values.map((value) => (value === '' ? '' : moveOne(value, representation, days)));
  const unparsed = moved.filter((value) => value === null).length;
  const left = moved.map((value) => value ?? '');
  return { text: unparsed === values.length ? null : left.join('\\'), unparsed };
}

function moveOne(value: string, representation: string, days: number): string | null {
  switch (representation) {
    case 'DA':
      return movedDate(value, days);
    case 'DT':
      return movedMoment(value, days);
    case 'TM':
      return isTime(value) ? value : null;
    default:
      return isOffset(value) ? value : null;
  }
}
