/**
 * Dates moved by whole days: intervals stay exact, over midnight too, since times of day do not change. What is no date
 * gives null.
 *
 * Source: DICOM PS3.5 table 6.2-1 (DA, with the old form `1997.04.24`; TM, DT with partial values and offsets).
 */
const DAY_MS = 86_400_000;

const DATE = /^(\d{4})(\.?)(\d{2})\2(\d{2})$/;
const TIME = /^([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d|60)(?:\.\d{1,6})?)?)?$/;
const MOMENT = /^(\d{4})(?:(\d{2})(?:(\d{2})(.*))?)?$/;
const OFFSET = /^[+-](0\d|1[0-4])[0-5]\d$/;

/** One DA value, moved by `days`. */
export function movedDate(text: string, days: number): string | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [, year = '', dot = '', month = '', day = ''] = match;
  const moved = movedDay([Number(year), Number(month), Number(day)], days);
  return moved === null ? null : moved.join(dot);
}

/** True for one TM value. */
export function isTime(text: string): boolean {
  return TIME.test(text);
}

export function isOffset(text: string): boolean {
  return OFFSET.test(text);
}

/** One DT value, moved by `days`; it keeps its precision (of a year the first day is moved), time and offset. */
export function movedMoment(text: string, days: number): string | null {
  const sign = text.search(/[+-]/);
  const [moment, offset] = sign === -1 ? [text, ''] : [text.slice(0, sign), text.slice(sign)];
  const match = MOMENT.exec(moment);
  if (match === null || (offset !== '' && !isOffset(offset))) return null;
  const [, year, month, day, time = ''] = match;
  if (time !== '' && (time.includes(':') || !isTime(time))) return null;
  const moved = movedDay([Number(year), Number(month ?? 1), Number(day ?? 1)], days);
  if (moved === null) return null;
  const kept = day !== undefined ? 3 : month !== undefined ? 2 : 1;
  return `${moved.slice(0, kept).join('')}${time}${offset}`;
}

/** Year, month and day as four, two and two digits; null for days that no calendar has. */
function movedDay([year, month, day]: readonly [number, number, number], days: number): string[] | null {
  const at = new Date(Date.UTC(year, month - 1, day));
  if (year < 1000 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return null;
  const moved = new Date(at.getTime() + days * DAY_MS);
  if (moved.getUTCFullYear() < 1000 || moved.getUTCFullYear() > 9999) return null;
  const two = (value: number): string => String(value).padStart(2, '0');
  return [String(moved.getUTCFullYear()), two(moved.getUTCMonth() + 1), two(moved.getUTCDate())];
}
