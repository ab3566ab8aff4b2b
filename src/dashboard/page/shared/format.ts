/** Numbers as the page writes them. A value that is absent is "–". */
import type { Estimate } from '../../views/types.js';

export const NONE = '–';
/** Longest text of a name that is shown whole; what is longer is cut in the middle and stands whole in a title. */
const LONGEST = 60;

export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 10 ** -digits) return value.toExponential(2);
  return value.toFixed(size >= 100 ? 1 : digits);
}

/** 1234567 as "1.23 M". */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const units: readonly [number, string][] = [
    [1e12, ' T'],
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ];
  const unit = units.find(([size]) => Math.abs(value) >= size);
  return unit === undefined ? number(value) : `${(value / unit[0]).toPrecision(3)}${unit[1]}`;
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(value, 1)) / 10), units.length - 1);
  return `${power === 0 ? value : (value / 2 ** (10 * power)).toPrecision(3)} ${units[power]}`;
}

/** "2 h 5 min". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Seconds since the start as "45 s", "2:30 min", "3:05 h". */
export function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)} min`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
}

export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? NONE : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** "0.812 (0.790 to 0.834)"; without the interval where there is none. As many digits throughout, so that columns align. */
export function estimate(value: Estimate | null | undefined, digits = 3): string {
  return withInterval(value, (one) => (Math.abs(one) < 1e3 ? one.toFixed(digits) : number(one, digits)));
}

/** "50 % (9.5 % to 91 %)". */
export const share = (value: Estimate | null | undefined): string => withInterval(value, percent);

function withInterval(value: Estimate | null | undefined, text: (one: number) => string): string {
  if (value === null || value === undefined || Number.isNaN(value.value)) return NONE;
  const { interval } = value;
  const mean = text(value.value);
  return interval === null ? mean : `${mean} (${text(interval[0])} to ${text(interval[1])})`;
}

/** "300 000 000": digits of long numbers in threes, with spaces that do not break. */
export const grouped = (text: string): string =>
  text.replace(/\d{6,}/g, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, '\u202f'));

// eslint-disable-next-line no-control-regex -- what it is about
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name from a file, a gene or a task, at most LONGEST characters, with controls and marks of direction made visible. */
export function name(text: string, longest = LONGEST): string {
  const visible = text.replace(HIDDEN, '\u25a1');
  if (visible.length <= longest) return visible;
  const half = Math.floor((longest - 1) / 2);
  return `${visible.slice(0, half)}…${visible.slice(-half)}`;
}
