/**
 * A candidate's ancestry as text: each ancestor, its score, and what each mutation changed and gained.
 */
import type { Json } from '../core/json.js';
import type { Ancestor } from '../store/index.js';
import { percent } from './format.js';

export function lineageText(line: readonly Ancestor[]): string {
  return line.map(entryText).join('\n');
}

function entryText({ number, status, score, parent, mutations, gain }: Ancestor): string {
  const result = score === null ? status : percent(score);
  const change = gain === null ? '' : `  ${gain < 0 ? '−' : '+'}${Math.abs(100 * gain).toFixed(1)} points`;
  const origin = parent === null ? 'drawn at random' : `from candidate ${parent}`;
  const head = `candidate ${number}  ${result}${change}  ${origin}`;
  return [
    head,
    ...mutations.map(
      ({ kind, path, before, after }) => `    ${kind} ${path}: ${brief(before)} → ${brief(after)}`,
    ),
  ].join('\n');
}

function brief(value: Json): string {
  if (value === null) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}
