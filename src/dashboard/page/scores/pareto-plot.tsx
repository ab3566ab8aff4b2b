/** Two objectives that the reader chooses, and the candidates that no other beats in both. */
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { CandidatesView } from '../../views/types.js';
import type { Pen } from '../plot/pen.js';
import type { Plane } from '../plot/plane.js';
import { linear, logarithmic } from '../plot/scale.js';
import { Scatter } from '../plot/scatter.js';
import type { Ink } from '../shared/palette.js';
import { frontOf, OBJECTIVES, type Objective } from './front.js';
import { values } from './groups.js';

interface Props {
  readonly candidates: CandidatesView;
  readonly metric: string;
}

export function ParetoPlot({ candidates, metric }: Props) {
  const known = useMemo(
    () => OBJECTIVES.filter(({ key }) => candidates[key].some((value) => value !== null)),
    [candidates],
  );
  const rungs = useMemo(() => rungsOf(candidates), [candidates]);
  const [keys, setKeys] = useState<readonly [string, string]>(['params', 'scores']);
  const [rung, setRung] = useState<number | null>(null);
  const [xObjective, yObjective] = keys.map((key) => known.find((one) => one.key === key) ?? known[0]);
  const shownRung = rung ?? rungs[0] ?? 0;
  const plotted = useMemo(
    () => (xObjective && yObjective ? prepare(candidates, [xObjective, yObjective], shownRung) : null),
    [candidates, xObjective, yObjective, shownRung],
  );
  const over = useCallback(
    (pen: Pen, ink: Ink, plane: Plane) => {
      if (plotted === null) return;
      const { front, points } = plotted;
      pen.line(
        front.flatMap((index) => [plane.px(points.x[index] ?? NaN), plane.py(points.y[index] ?? NaN)]),
        { colour: ink.categories[1] ?? ink.text, width: 1.5 },
      );
    },
    [plotted],
  );
  if (plotted === null || xObjective === undefined || yObjective === undefined) return null;
  const title = ({ key, title: plain }: Objective) => (key === 'scores' ? metric : plain);
  return (
    <Scatter
      title="Pareto front"
      description={`${plotted.front.length} of ${plotted.members} candidates are on the front: no other is better in one of ${title(
        xObjective,
      )} and ${title(yObjective)} without being worse in the other.`}
      axes={{ x: title(xObjective), y: title(yObjective) }}
      scales={plotted.scales}
      points={plotted.points}
      groups={plotted.groups}
      over={over}
      height={380}
      controls={
        <>
          <Choice
            label="Across"
            value={keys[0]}
            options={known}
            onChange={(key) => setKeys([key, keys[1]])}
          />
          <Choice label="Up" value={keys[1]} options={known} onChange={(key) => setKeys([keys[0], key])} />
          {rungs.length > 1 && (
            <label>
              {'Rung '}
              <select value={shownRung} onChange={(event) => setRung(Number(event.currentTarget.value))}>
                {rungs.map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
              </select>
            </label>
          )}
        </>
      }
    />
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Objective[];
  readonly onChange: (key: string) => void;
}) {
  return (
    <label>
      {`${label} `}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(({ key, title }) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The highest first. */
function rungsOf({ rungs }: CandidatesView): readonly number[] {
  const found = new Set<number>();
  for (let index = 0; index < rungs.length; index += 1)
    if (rungs[index] !== rungs[index - 1]) found.add(rungs[index] ?? 0);
  return [...found].sort((a, b) => b - a);
}

/** Scores of different rungs are not compared: only candidates of one are plotted. */
function prepare(candidates: CandidatesView, [across, up]: readonly [Objective, Objective], rung: number) {
  const { numbers, rungs, statuses } = candidates;
  const [x, y] = [values(candidates[across.key]), values(candidates[up.key])];
  const members: number[] = [];
  for (let index = 0; index < numbers.length; index += 1)
    if (rungs[index] === rung && statuses[index] === 'done') members.push(index);
  const front = frontOf(members, x, y, [sign(across), sign(up)]);
  const onFront = new Uint8Array(numbers.length);
  for (const index of front) onFront[index] = 1;
  const scale = ({ key }: Objective, column: Float64Array) =>
    key === 'scores' ? linear(own(column, members)) : logarithmic(own(column, members));
  return {
    front,
    members: members.length,
    points: { numbers, x, y },
    groups: [
      {
        name: 'Beaten',
        mark: 'circle' as const,
        colour: 6,
        members: members.filter((index) => onFront[index] === 0),
      },
      { name: 'On the front', mark: 'diamond' as const, colour: 1, members: front },
    ],
    scales: { x: scale(across, x), y: scale(up, y) },
  };
}

function own(column: Float64Array, members: readonly number[]): Float64Array {
  const found = new Float64Array(members.length);
  for (let at = 0; at < members.length; at += 1) found[at] = column[members[at] ?? 0] ?? NaN;
  return found;
}

const sign = ({ better }: Objective): number => (better === 'lower' ? 1 : -1);
