/**
 * Paths of descent: from any ancestor to a candidate, with each step's mutation, gain and the operator's record.
 */
import type { Estimate, LineageView } from '../../../views/types.js';
import { indexOf, type Layout } from './layout.js';

/** Indices from the founder to `index`, both included. */
function descentOf(layout: Layout, index: number): number[] {
  const path: number[] = [];
  for (let at = index; at >= 0; at = layout.parents[at] ?? -1) path.push(at);
  return path.reverse();
}

export type Path =
  | { readonly indices: readonly number[]; readonly problem: null }
  | { readonly indices: readonly []; readonly problem: string };

/** Path from the candidate `from` (null: the founder) to the candidate `to`, by their numbers. */
export function pathBetween(layout: Layout, from: number | null, to: number): Path {
  const end = indexOf(layout.numbers, to);
  if (end < 0) return { indices: [], problem: `There is no candidate ${to}.` };
  const descent = descentOf(layout, end);
  if (from === null) return { indices: descent, problem: null };
  const start = indexOf(layout.numbers, from);
  if (start < 0) return { indices: [], problem: `There is no candidate ${from}.` };
  const place = descent.indexOf(start);
  if (place < 0) {
    const ancestors = descent.map((index) => layout.numbers[index] ?? 0);
    return {
      indices: [],
      problem: `Candidate ${from} is no ancestor of candidate ${to}. Ancestors are ${listed(ancestors)}.`,
    };
  }
  return { indices: descent.slice(place), problem: null };
}

function listed(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 20).join(', ');
  return numbers.length > 20 ? `${shown}, and ${numbers.length - 20} more` : shown;
}

/** One candidate and the edge that leads to it. */
export interface Step {
  readonly number: number;
  readonly generation: number;
  readonly score: number | null;
  /** Null: a founder. */
  readonly parent: number | null;
  /** The second parent of a crossover. */
  readonly other: number | null;
  readonly role: string | null;
  /** Score less the parent's. */
  readonly gain: number | null;
  readonly operator: OperatorRecord | null;
}

export interface OperatorRecord {
  readonly kind: string;
  readonly gene: string;
  readonly trials: number;
  readonly successes: number;
  readonly rate: Estimate;
  readonly meanGain: Estimate;
}

export function stepOf(view: LineageView, index: number): Step {
  const operator = view.operator[index] ?? null;
  return {
    number: view.numbers[index] ?? 0,
    generation: view.generations[index] ?? 0,
    score: view.scores[index] ?? null,
    parent: view.parents[index] ?? null,
    other: view.others[index] ?? null,
    role: view.roles[index] ?? null,
    gain: view.gains[index] ?? null,
    operator: operator === null ? null : (view.operators[operator] ?? null),
  };
}

/** What led to a candidate, in a few words. */
export function edgeText(step: Step): string {
  if (step.parent === null) return 'founder';
  if (step.role === 'promotion') return 'trained for longer';
  const crossed = step.other === null ? '' : `crossed with ${step.other}`;
  const mutated = step.operator === null ? '' : `${step.operator.kind} ${step.operator.gene}`;
  if (crossed !== '' && mutated !== '') return `${crossed}, ${mutated}`;
  return crossed || mutated || 'several changes';
}
