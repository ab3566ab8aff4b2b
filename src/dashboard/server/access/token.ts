/**
 * The token of the link: whoever has it may read. Made anew at each start, never written to disk.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, in characters that an address may hold. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** True if both are equal; takes as long whichever character differs. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
