/**
 * New UIDs from old ones: `2.25.` and 128 bits of the keyed hash as a decimal number.
 *
 * Source: DICOM PS3.5 B.2 (UIDs derived from 128 bits); PS3.6 table A-1 and A-2 (registered UIDs).
 */
import type { Key } from './key.js';

/** What the standard registered as a thing, not a kind: atlases' frames of reference, SOP instances, palettes. */
const REGISTERED =
  /^1\.2\.840\.10008\.1\.(4\.\d{1,2}\.\d{1,2}|5\.\d{1,2}|20\.\d{1,2}(\.\d)?|40\.\d(\.\d)?|42\.\d)$/;
const KINDS = /^1\.2\.840\.10008(\.\d{1,4}){1,10}$/;

export function newUid(old: string, key: Key): string {
  if (REGISTERED.test(old)) return old;
  const number = BigInt(`0x${key.hash('uid', old).toString('hex', 0, 16)}`);
  return `2.25.${number}`;
}

/** True for UIDs of classes, transfer syntaxes and coding schemes that the standard gave out. */
export function isKind(uid: string): boolean {
  return KINDS.test(uid);
}

/** Values of a UI element, without padding. */
export function uidsOf(text: string): string[] {
  return text.split('\\').map((uid) => uid.replace(/[\0 ]+$/, '').trim());
}
