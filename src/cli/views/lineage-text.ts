/**
 * A candidate's ancestry as text: each ancestor, its score, and what each mutation changed and gained.
 */
import { isJsonArray, isJsonRecord, sameJson, type Json, type JsonRecord } from '../../core/json.js';
import type { Ancestor } from '../../api/index.js';
import { milliseconds, percent } from './format.js';

export function lineageText(line: readonly Ancestor[]): string {
  return line.map(entryText).join('\n');
}

function entryText({ number, status, score, rung, latency, parent, mutations, gain }: Ancestor): string {
  const result = score === null ? status : percent(score);
  const change = gain === null ? '' : `  ${gain < 0 ? '−' : '+'}${Math.abs(100 * gain).toFixed(1)} points`;
  const promoted = parent !== null && mutations.length === 0 && rung > 0;
  const how = promoted ? 'promoted from' : 'from';
  const origin = parent === null ? 'drawn at random' : `${how} candidate ${parent}`;
  const time = latency === null ? '' : `  ${milliseconds(latency)}`;
  const head = `candidate ${number}  ${result}${change}${time}  ${origin}`;
  return [
    head,
    ...mutations.map(({ kind, path, before, after }) => `    ${kind} ${path}: ${changeText(before, after)}`),
  ].join('\n');
}

/** The difference of two values, without repeating what is equal. */
function changeText(before: Json, after: Json): string {
  if (isJsonArray(before) && isJsonArray(after)) return listChange(before, after);
  if (isJsonRecord(before) && isJsonRecord(after)) return recordChange(before, after);
  return `${brief(before)} → ${brief(after)}`;
}

/** The keys that differ, and those that only one of them has. */
function recordChange(before: JsonRecord, after: JsonRecord): string {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !same(before[key], after[key]))
    .map((key) => `${key} ${briefField(before[key])} → ${briefField(after[key])}`)
    .join(', ');
}

/** The items that one of them lacks. */
function listChange(before: readonly Json[], after: readonly Json[]): string {
  let head = 0;
  while (head < Math.min(before.length, after.length) && same(before[head], after[head])) head++;
  let tail = 0;
  while (
    tail < Math.min(before.length, after.length) - head &&
    same(before[before.length - 1 - tail], after[after.length - 1 - tail])
  ) {
    tail++;
  }
  const gone = before.slice(head, before.length - tail).map((item) => `− item ${head}: ${brief(item)}`);
  const come = after.slice(head, after.length - tail).map((item) => `+ item ${head}: ${brief(item)}`);
  return [`${before.length} → ${after.length} items`, ...gone, ...come].join('\n        ');
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && b !== undefined && sameJson(a, b);
}

/** A value on one line: objects as `key value` pairs. */
function brief(value: Json): string {
  if (value === null) return 'nothing';
  if (!isJsonRecord(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${briefField(inner)}`)
    .join(', ');
}

function briefField(value: Json | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
