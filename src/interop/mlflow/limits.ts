/**
 * What a tracking server of MLflow takes: names, lengths, and how much in one call of `runs/log-batch`. Lengths are those that every
 * store of it has guaranteed since version 1.
 */
import type { JsonRecord } from '../../core/json.js';

export const METRICS_PER_CALL = 1000;
const PARAMS_PER_CALL = 100;
const TAGS_PER_CALL = 100;
const KEY_LENGTH = 250;
const PARAM_LENGTH = 500;
const TAG_LENGTH = 5000;

export interface Pair {
  readonly key: string;
  readonly value: string;
}

export interface MetricPoint {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly step: number;
}

/** A name of letters, digits, `_`, `-`, `.`, space and `/`; others become `_`. */
export function allowedKey(name: string): string {
  const parts = name.replace(/[^A-Za-z0-9_\-. /]/g, '_').split('/');
  // MLflow refuses paths that are empty somewhere or climb.
  return parts
    .map((part) => (/^\.*$/.test(part) ? '_' : part))
    .join('/')
    .slice(0, KEY_LENGTH)
    .replace(/\/$/, '_');
}

export function param(name: string, value: string): Pair {
  return { key: allowedKey(name), value: cut(value, PARAM_LENGTH) };
}

export function tag(key: string, value: string): Pair {
  return { key, value: cut(value, TAG_LENGTH) };
}

/** Keeps texts apart that only differ where names were changed or cut: by a number at the end. */
export function distinctKeys<T extends { readonly key: string }>(pairs: readonly T[]): readonly T[] {
  const seen = new Map<string, number>();
  return pairs.map((pair) => {
    const before = seen.get(pair.key) ?? 0;
    seen.set(pair.key, before + 1);
    if (before === 0) return pair;
    const suffix = `_${before + 1}`;
    return { ...pair, key: `${pair.key.slice(0, KEY_LENGTH - suffix.length)}${suffix}` };
  });
}

/** Bodies of `runs/log-batch`: parameters and tags first, then metrics. */
export function batches(
  runId: string,
  params: readonly Pair[],
  tags: readonly Pair[],
): readonly JsonRecord[] {
  const count = Math.max(Math.ceil(params.length / PARAMS_PER_CALL), Math.ceil(tags.length / TAGS_PER_CALL));
  return Array.from({ length: count }, (_, i) => ({
    run_id: runId,
    params: pairs(params.slice(i * PARAMS_PER_CALL, (i + 1) * PARAMS_PER_CALL)),
    tags: pairs(tags.slice(i * TAGS_PER_CALL, (i + 1) * TAGS_PER_CALL)),
  }));
}

function pairs(list: readonly Pair[]): JsonRecord[] {
  return list.map(({ key, value }) => ({ key, value }));
}

/** At most `bytes` of UTF-8. */
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  const end = encoded.subarray(0, bytes - 3);
  // A character that was cut apart at the end is left out.
  return `${end.toString('utf8').replace(/\uFFFD+$/, '')}…`;
}
