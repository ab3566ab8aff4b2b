/**
 * Elements of DICOM data sets to write, each as its value representation has it.
 *
 * Source: DICOM PS3.5 section 6.2 (value representations).
 */
import type { Encoding, Written } from '../../deidentify/elements/element.js';
import { bytesOf } from '../../deidentify/values/text.js';

export const LITTLE_EXPLICIT: Encoding = { explicit: true, big: false };

/** Text of ASCII, numbers as text included. */
export const text = (tag: number, stated: string, value: string): Written => ({
  kind: 'value',
  tag,
  stated,
  value: bytesOf(value, stated),
});

/** Text of people's words, in UTF-8 as the file says. */
export function words(tag: number, stated: string, value: string): Written {
  const bytes = Buffer.from(value, 'utf8');
  return {
    kind: 'value',
    tag,
    stated,
    value: bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(' ')]),
  };
}

export const shorts = (tag: number, ...values: number[]): Written => ({
  kind: 'value',
  tag,
  stated: 'US',
  value: Buffer.from(values.flatMap((value) => [value & 255, value >> 8])),
});

export function longs(tag: number, ...values: number[]): Written {
  const value = Buffer.alloc(4 * values.length);
  values.forEach((each, at) => value.writeUInt32LE(each, 4 * at));
  return { kind: 'value', tag, stated: 'UL', value };
}

/** Tags, such as those of dimensions. */
export const tags = (tag: number, ...values: number[]): Written => ({
  kind: 'value',
  tag,
  stated: 'AT',
  value: Buffer.from(
    values.flatMap((value) => [(value >>> 16) & 255, value >>> 24, value & 255, (value >>> 8) & 255]),
  ),
});

export const decimals = (tag: number, values: readonly number[]): Written =>
  text(tag, 'DS', values.map(decimalText).join('\\'));

/** A number in the 16 characters that a decimal string has, as exactly as they allow. */
function decimalText(value: number): string {
  for (let digits = 17; digits > 0; digits--) {
    const short = String(Number(value.toPrecision(digits)));
    if (short.length <= 16) return short;
  }
  return '0';
}

/** Items, their elements in the order of tags. */
export const sequence = (tag: number, ...items: readonly (readonly Written[])[]): Written => ({
  kind: 'items',
  tag,
  stated: 'SQ',
  open: false,
  encoding: LITTLE_EXPLICIT,
  items: items.map((elements) => ({ open: false, elements: inOrder(elements) })),
});

export const inOrder = (elements: readonly Written[]): Written[] =>
  [...elements].sort((a, b) => a.tag - b.tag);

/** A sequence with one code in it. */
export const code = (tag: number, value: string, scheme: string, meaning: string): Written =>
  sequence(tag, [
    text(0x00080100, 'SH', value),
    text(0x00080102, 'SH', scheme),
    text(0x00080104, 'LO', meaning),
  ]);
