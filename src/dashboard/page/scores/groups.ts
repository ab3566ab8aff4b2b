/** Candidates in groups that plots tell apart by shape and colour: by rung, the promoted ones last, so that they lie on top. */
import type { CandidatesView } from '../../views/types.js';
import type { Mark } from '../plot/pen.js';
import type { Group } from '../plot/scatter.js';

const MARKS: readonly Mark[] = ['circle', 'diamond', 'triangle', 'square', 'ring', 'cross'];

/** Groups of those of `members` that have a score, one for each rung; named plainly where there is one rung only. */
export function rungGroups({ rungs, scores }: CandidatesView): Group[] {
  const byRung = new Map<number, number[]>();
  for (const [index, rung] of rungs.entries()) {
    if ((scores[index] ?? null) === null) continue;
    const members = byRung.get(rung) ?? [];
    members.push(index);
    byRung.set(rung, members);
  }
  const ordered = [...byRung].sort(([a], [b]) => a - b);
  return ordered.map(([rung, members], place) => ({
    name: ordered.length === 1 ? 'Scored' : `Rung ${rung}`,
    mark: MARKS[place % MARKS.length] ?? 'circle',
    colour: place,
    members,
  }));
}

/** Numbers with NaN for what is absent. */
export const values = (column: readonly (number | null)[]): Float64Array =>
  Float64Array.from(column, (value) => value ?? NaN);
