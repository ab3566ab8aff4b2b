/**
 * The newest evaluations over time, a row for each thing that a worker did at once, workers of one class of processors together. Purposes differ by
 * colour and height. Gaps show who was idle.
 */
import { useCallback, useMemo, useState } from 'preact/hooks';
import { goTo } from '../data.js';
import { Canvas } from '../plot/canvas.js';
import type { Draw } from '../plot/saved.js';
import { Figure } from '../shared/figure.js';
import { duration, name } from '../shared/format.js';
import { Empty } from '../shared/states.js';
import type { TimelineSpan } from '../../views/types.js';
import {
  drawTimeline,
  laneHeight,
  layoutOf,
  LEGEND_HEIGHT,
  AXIS_HEIGHT,
  placeOf,
  spanAt,
} from './timeline-layout.js';

const PURPOSES = {
  search: 'search',
  trust: 'full evaluation for trust',
  winner: 'repetition of one of the best',
} as const;

export function Timeline({ spans }: { readonly spans: readonly TimelineSpan[] }) {
  const layout = useMemo(() => layoutOf(spans), [spans]);
  const [selected, setSelected] = useState<number | null>(null);
  const draw = useCallback<Draw>((pen, ink) => drawTimeline(pen, ink, layout), [layout]);
  const span = selected === null ? undefined : layout.spans[selected];
  const overlay = useCallback<Draw>(
    (pen, ink) => {
      if (span === undefined) return;
      const [x, y, w, h] = placeOf(layout, span, pen.width);
      pen.line([x, y, x + w, y, x + w, y + h, x, y + h, x, y], { colour: ink.text, width: 2 });
    },
    [layout, span],
  );
  if (spans.length === 0) return <Empty>The timeline begins with the first finished evaluation.</Empty>;
  const workers = new Set(layout.lanes.map(({ worker }) => worker)).size;
  const height = layout.lanes.length * laneHeight(layout) + AXIS_HEIGHT + LEGEND_HEIGHT;
  const open = (index: number | null) => {
    const number = index === null ? undefined : layout.spans[index]?.number;
    if (number !== undefined) goTo(`candidate/${number}`);
  };
  const key = (event: KeyboardEvent) => {
    const last = layout.spans.length - 1;
    if (event.key === 'Enter') open(selected);
    else if (event.key === 'ArrowRight') setSelected(selected === null ? 0 : Math.min(selected + 1, last));
    else if (event.key === 'ArrowLeft') setSelected(selected === null ? last : Math.max(selected - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <Figure
      title="Timeline"
      description={`The newest ${spans.length} evaluations on ${workers} ${workers === 1 ? 'worker' : 'workers'}, by machine and class of processor; what is empty was idle or waited.`}
      draw={draw}
      size={[1100, height]}
    >
      <Canvas
        draw={draw}
        overlay={overlay}
        height={height}
        label="Timeline of evaluations. Arrow keys go from one to the next, Enter opens its candidate."
        onPointer={(place, event, width) => {
          const at = spanAt(layout, place, width);
          setSelected(at);
          if (event.type === 'pointerup' && event.button === 0) open(at);
        }}
        onLeave={() => setSelected(null)}
        onKey={key}
      />
      <p class="readout" aria-live="polite">
        {span === undefined
          ? 'Point at an evaluation, or use the arrow keys.'
          : `Candidate ${span.number}, ${PURPOSES[span.purpose]}: ${duration(span.seconds)} on ${name(span.worker)}`}
      </p>
    </Figure>
  );
}
