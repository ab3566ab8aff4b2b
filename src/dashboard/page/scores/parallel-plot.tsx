/**
 * Parallel coordinates over genes (Inselberg, The Visual Computer 1, 1985), coloured by score: a line is a candidate. Limits
 * are drawn on an axis by pointer, or given by numbers and names.
 */
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import type { CandidatesView } from '../../views/types.js';
import { Canvas } from '../plot/canvas.js';
import type { Draw } from '../plot/saved.js';
import { Figure } from '../shared/figure.js';
import { number } from '../shared/format.js';
import { AxisControls } from './axis-controls.js';
import { axisAt, axisPlaces, drawParallel, valueAt } from './draw-parallel.js';
import { parallelAxes, within, type Limits } from './parallel.js';

interface Props {
  readonly candidates: CandidatesView;
  readonly metric: string;
}

const HEIGHT = 360;
/** More lines than these no eye tells apart. */
const MOST = 2000;
const AXES_AT_FIRST = 7;

export function ParallelPlot({ candidates, metric }: Props) {
  const axes = useMemo(() => parallelAxes(candidates, metric), [candidates, metric]);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const [limits, setLimits] = useState<Limits>({});
  const names =
    chosen ?? [...axes.slice(0, -1).slice(0, AXES_AT_FIRST), ...axes.slice(-1)].map(({ name }) => name);
  const key = names.join('\n');
  const shownAxes = useMemo(() => axes.filter(({ name }) => names.includes(name)), [axes, key]);
  const { shown, all } = useMemo(
    () => within(candidates, shownAxes, limits, MOST),
    [candidates, shownAxes, limits],
  );
  const draw = useCallback<Draw>(
    (pen, ink) => drawParallel(pen, ink, { axes: shownAxes, shown, scores: candidates.scores, limits }),
    [shownAxes, shown, candidates, limits],
  );
  const brush = useRef<{ readonly axis: string; readonly from: number } | null>(null);
  const pointer = (place: readonly [number, number], event: PointerEvent, width: number) => {
    const places = axisPlaces({ width, height: HEIGHT }, shownAxes.length);
    const axis = shownAxes[axisAt(places, place[0])];
    if (axis === undefined) return;
    const value = valueAt(places, axis, place[1]);
    if (event.type === 'pointerdown') brush.current = { axis: axis.name, from: value };
    const begun = brush.current;
    if (begun === null || begun.axis !== axis.name) return;
    if (event.type === 'pointerup') brush.current = null;
    setLimits(limitedTo(limits, axis.name, begun.from, value, axis.scale.domain));
  };
  if (axes.length < 2) return null;
  const best = shown.at(-1);
  return (
    <Figure
      title="Genes and scores"
      description={`${shown.length} ${shown.length < all ? `best of ${all} ` : ''}candidates with a score, a line each${
        best === undefined
          ? ''
          : `; the highest score, ${number(candidates.scores[best], 4)}, is drawn thickest, and the others the stronger the higher they score`
      }. Drag along an axis to keep those within; a short click clears it.`}
      draw={draw}
      size={[1100, HEIGHT]}
    >
      <AxisControls axes={axes} names={names} limits={limits} onNames={setChosen} onLimits={setLimits} />
      <div class="scroll-wide" tabIndex={0} role="region" aria-label="Genes and scores, parallel coordinates">
        <div style={{ minWidth: `${shownAxes.length * 80}px` }}>
          <Canvas
            draw={draw}
            height={HEIGHT}
            label={`Parallel coordinates over ${names.length} axes; limits can be given above.`}
            onPointer={pointer}
            onLeave={() => (brush.current = null)}
          />
        </div>
      </div>
    </Figure>
  );
}

/** A drag shorter than a hundredth of the axis clears the limit. */
function limitedTo(
  limits: Limits,
  axis: string,
  from: number,
  to: number,
  domain: readonly [number, number],
): Limits {
  const { [axis]: _, ...others } = limits;
  if (Math.abs(to - from) < (domain[1] - domain[0]) / 100) return others;
  return { ...others, [axis]: [Math.min(from, to), Math.max(from, to)] };
}
