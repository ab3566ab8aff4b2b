/**
 * The whole family as columns: parents, generations, gains, and what each operator was worth.
 */
import { bestOfAll } from '../../api/reading/winner.js';
import { lineageTuples, soleMutations, type ExperimentRow, type Store } from '../../store/index.js';
import { OperatorColumns } from './operator-columns.js';
import type { LineageView } from './types.js';

export function lineageView(store: Store, row: ExperimentRow): LineageView {
  return store.snapshot(() => readView(store, row));
}

function readView(store: Store, row: ExperimentRow): LineageView {
  const numbers: number[] = [];
  const parents: (number | null)[] = [];
  const others: (number | null)[] = [];
  const roles: (string | null)[] = [];
  const scores: (number | null)[] = [];
  const gains: (number | null)[] = [];
  const places = new Map<number, number>();
  for (const tuple of lineageTuples(store, row.id)) {
    const [id, number, rung, score, parent, role, parentRung, parentScore, other] = tuple;
    places.set(id, numbers.length);
    numbers.push(number);
    parents.push(parent);
    others.push(other);
    roles.push(role);
    scores.push(score);
    const comparable = score !== null && parentScore !== null && rung === parentRung;
    gains.push(comparable ? score - parentScore : null);
  }
  const operators = new OperatorColumns(numbers.length);
  for (const [id, kind, path] of soleMutations(store, row.id)) {
    const place = places.get(id);
    if (place !== undefined) operators.add(place, kind, path);
  }
  const family = { numbers, parents, roles };
  return {
    ...family,
    others,
    generations: generationsOf(family),
    scores,
    gains,
    operator: operators.column,
    operators: operators.summaries(gains),
    winnerPath: pathTo(bestOfAll(store, row), family),
  };
}

type Family = Pick<LineageView, 'numbers' | 'parents' | 'roles'>;

/** By place. A promotion keeps its parent's, a child adds one; where a table was altered, a parent that is no elder counts as none. */
function generationsOf({ numbers, parents, roles }: Family): readonly number[] {
  const known = new Map<number, number>();
  return numbers.map((number, place) => {
    const parent = parents[place] ?? null;
    const elder = parent === null ? undefined : known.get(parent);
    const own = elder === undefined ? 0 : roles[place] === 'promotion' ? elder : elder + 1;
    known.set(number, own);
    return own;
  });
}

/** From the founder to a candidate; empty for null. */
function pathTo(number: number | null, { numbers, parents }: Family): readonly number[] {
  const path: number[] = [];
  const places = number === null ? new Map<number, number>() : new Map(numbers.map((one, i) => [one, i]));
  for (let at = number; at !== null;) {
    path.unshift(at);
    const parent: number | null = parents[places.get(at) ?? -1] ?? null;
    at = parent !== null && parent < at ? parent : null;
  }
  return path;
}
