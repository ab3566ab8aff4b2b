/**
 * Scores over candidates: every score by its rung, the highest so far, chance, and, along the bottom, those that have none and
 * why.
 */
import { useCallback, useMemo } from 'preact/hooks';
import type { CandidatesView } from '../../views/types.js';
import type { Pen } from '../plot/pen.js';
import type { Plane } from '../plot/plane.js';
import { linear } from '../plot/scale.js';
import { Scatter, type Group } from '../plot/scatter.js';
import { number } from '../shared/format.js';
import type { Ink } from '../shared/palette.js';
import { rungGroups, values } from './groups.js';

interface Props {
  readonly candidates: CandidatesView;
  readonly chance: number | null;
  readonly metric: string;
}

/** Those without a score stand below the lowest by this share of the range. */
const BELOW = 0.08;

export function ScorePlot({ candidates, chance, metric }: Props) {
  const prepared = useMemo(() => prepare(candidates, chance), [candidates, chance]);
  const { points, groups, scales, running, scored, failed } = prepared;
  const over = useCallback(
    (pen: Pen, ink: Ink, plane: Plane) => {
      pen.line(
        running.map((value, index) => (index % 2 === 0 ? plane.px(value) : plane.py(value))),
        { colour: ink.text, width: 1.5 },
      );
      if (chance === null) return;
      const [x, , width] = plane.box;
      const y = plane.py(chance);
      pen.line([x, y, x + width, y], { colour: ink.text, width: 1.5, dash: [6, 4] });
      pen.text(`chance ${number(chance)}`, x + width - 4, y - 5, { colour: ink.text, align: 'end' });
    },
    [running, chance],
  );
  const best = running.at(-1);
  const said = best === undefined ? '' : ` The highest score is ${number(best, 4)}.`;
  return (
    <Scatter
      title="Scores"
      description={`${scored} candidates with a score; the line is the highest so far, the dashed line chance.${said}${
        failed === 0
          ? ''
          : ` ${failed} candidates failed or do not fit the constraints: crosses and rings below.`
      }`}
      axes={{ x: 'Candidate', y: metric }}
      scales={scales}
      points={points}
      groups={groups}
      over={over}
      detail={(index) => `rung ${candidates.rungs[index]}, ${candidates.statuses[index]}`}
    />
  );
}

function prepare(candidates: CandidatesView, chance: number | null) {
  const { numbers, scores } = candidates;
  const y = values(scores);
  const level = chance === null ? [] : [chance];
  const [low, high] = linear([...extentOf(y), ...level], { margin: 0 }).domain;
  const rungs = rungGroups(candidates);
  const others: readonly Group[] = [
    { name: 'Failed', mark: 'cross' as const, colour: 1, members: without(candidates, 'failed') },
    { name: 'Infeasible', mark: 'ring' as const, colour: 6, members: without(candidates, 'infeasible') },
  ].filter(({ members }) => members.length > 0);
  for (const { members } of others) {
    for (let at = 0; at < members.length; at += 1) y[members[at] ?? 0] = low - BELOW * (high - low);
  }
  const sizeOf = (groups: readonly Group[]) => groups.reduce((sum, { members }) => sum + members.length, 0);
  return {
    points: { numbers, x: numbers, y },
    groups: [...others, ...rungs],
    scales: {
      x: linear([numbers[0] ?? 0, numbers.at(-1) ?? 0], { margin: 0.02 }),
      y: linear([...extentOf(y), ...level, high]),
    },
    running: runningBest(numbers, scores),
    scored: sizeOf(rungs),
    failed: sizeOf(others),
  };
}

/** Indices of those without a score that have a status. */
function without({ scores, statuses }: CandidatesView, status: string): number[] {
  const found: number[] = [];
  for (let index = 0; index < scores.length; index += 1)
    if (scores[index] === null && statuses[index] === status) found.push(index);
  return found;
}

/** Least and greatest; not finite where no value is a number. */
function extentOf(column: Float64Array): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < column.length; index += 1) {
    const value = column[index] ?? NaN;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** Corners of the steps of the highest score so far: `[number, score, …]`. */
export function runningBest(numbers: readonly number[], scores: readonly (number | null)[]): number[] {
  const corners: number[] = [];
  let best = -Infinity;
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] ?? null;
    if (score === null || score <= best) continue;
    const at = numbers[index] ?? 0;
    if (corners.length > 0) corners.push(at, best);
    best = score;
    corners.push(at, best);
  }
  if (corners.length > 0) corners.push(numbers.at(-1) ?? 0, best);
  return corners;
}
