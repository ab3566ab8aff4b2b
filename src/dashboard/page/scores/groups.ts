/** Candidates in groups that plots tell apart by shape and colour: by rung, the promoted ones last, so that they lie on top. */
import type { CandidatesView } from '../../views/types.js';
import type { Mark } from '../plot/pen.js';
import type { Group } from '../plot/scatter.js';

const MARKS: readonly Mark[] = ['circle', 'diamond', 'triangle', 'square', 'ring', 'cross'];

/** Groups of those that have a score, one for each rung; named plainly where there is one rung only. */
export function rungGroups({ rungs, scores }: CandidatesView): Group[] {
  const byRung = new Map<number, number[]>();
  for (let index = 0; index < rungs.length; index += 1) {
    if ((scores[index] ?? null) === null) continue;
    const rung = rungs[index] ?? 0;
    const members = byRung.get(rung);
    if (members === undefined) byRung.set(rung, [index]);
    else members.push(index);
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
export function values(column: readonly (number | null)[]): Float64Array {
  const found = new Float64Array(column.length);
  for (let index = 0; index < column.length; index += 1) found[index] = column[index] ?? NaN;
  return found;
}
