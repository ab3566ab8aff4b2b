/**
 * Content hashes: SHA-256 in hexadecimal, of text, bytes and canonical JSON.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from './json.js';

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function hashJson(value: Json): string {
  return sha256(canonicalJson(value));
}
