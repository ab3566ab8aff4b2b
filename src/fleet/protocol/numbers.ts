/**
 * Numbers in messages between machines. JSON has no NaN, no infinities and no negative zero, and curves of trainings that
 * diverge have them: a single number of that kind is its name, an array of numbers is base64 of its little-endian bytes.
 */
import { z } from 'zod';

const NAMES = ['NaN', 'Infinity', '-Infinity', '-0'] as const;

/** A number, or the name of one that JSON cannot hold. */
export const wireNumber = z.union([z.number(), z.enum(NAMES)]);
export type WireNumber = z.infer<typeof wireNumber>;

export function toWire(value: number): WireNumber {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : (String(value) as WireNumber);
}

export const fromWire = (value: WireNumber): number => Number(value);

/** Numbers as 64-bit floats in base64; bounded, since strangers may write to a queue. */
export const wireNumbers = z
  .string()
  .max(32 << 20)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'base64')
  .refine((text) => Buffer.byteLength(text, 'base64') % 8 === 0, 'base64 of 64-bit floats');

export function numbersToWire(values: readonly number[]): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => bytes.writeDoubleLE(value, 8 * i));
  return bytes.toString('base64');
}

export function numbersFromWire(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
}
