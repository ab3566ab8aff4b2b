/** The drawing of a family with its controls, what is known of the selected candidate, and the path as a table. */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { LineageView } from '../../views/types.js';
import { useDark } from '../shell/theme.js';
import { coloursOf, type Colouring } from './drawing/colours.js';
import { Controls } from './controls.js';
import { Details } from './details.js';
import { FamilyCanvas } from './family-canvas.js';
import { indexOf, layoutOf, type Axis, type Layout } from './geometry/layout.js';
import { Legend } from './legend.js';
import { pathBetween } from './geometry/path.js';
import { PathChoice, type Target } from './path-choice.js';
import { PathTable } from './path-table.js';
import type { Picked } from './geometry/pick.js';
import { placesOf } from './geometry/places.js';
import { SaveButtons } from './save-buttons.js';
import { timed } from '../shared/timed.js';
import { useViewport } from './use-viewport.js';

interface Props {
  readonly view: LineageView;
  /** Number of the candidate that is selected at first; null: none. */
  readonly first: number | null;
  /** Half the width of a single gain's 95 % interval; null where the noise is not known. */
  readonly gainMargin: number | null;
}

export function Family({ view, first, gainMargin }: Props) {
  const dark = useDark();
  const [axis, setAxis] = useState<Axis>('number');
  const [colouring, setColouring] = useState<Colouring>('score');
  const [selected, setSelected] = useState(first);
  const [hovered, setHovered] = useState<Picked | null>(null);
  const [target, setTarget] = useState<Target>(first === null ? 'winner' : 'selected');
  const [from, setFrom] = useState<number | null>(null);

  const last = useRef<Layout | null>(null);
  const layout = useMemo(
    () => timed('lineage-layout', () => layoutOf(view, axis, last.current)),
    [view, axis],
  );
  last.current = layout;
  const places = useMemo(() => placesOf(layout), [layout]);
  const colours = useMemo(() => coloursOf(view, colouring, dark), [view, colouring, dark]);
  const winner = view.winnerPath.at(-1) ?? null;
  const to = target === 'winner' ? winner : selected;
  const path = useMemo(
    () =>
      to === null
        ? ({ indices: [], problem: 'Select a candidate to see the path to it.' } as const)
        : pathBetween(layout, from, to),
    [layout, from, to],
  );
  const found = selected === null ? -1 : indexOf(layout.numbers, selected);
  const index = found < 0 ? null : found;
  const control = useViewport(places, index);
  const select = (next: number | null) => setSelected(next === null ? null : (layout.numbers[next] ?? null));
  const shown = hovered?.index ?? index;

  return (
    <>
      <figure class="family" aria-labelledby="family-title">
        <div class="figure-head">
          <h2 id="family-title">Family of {layout.size} candidates</h2>
          <SaveButtons scene={{ view, places, colours, path: path.indices }} viewport={control.viewport} />
        </div>
        <Controls {...{ axis, setAxis, colouring, setColouring, control }} />
        <FamilyCanvas
          {...{ view, places, colours, control, select, setHovered }}
          path={path.indices}
          selected={index}
          hovered={hovered?.index ?? null}
        />
        <Legend colours={colours} colouring={colouring} />
        <Details view={view} index={shown} isHovered={hovered !== null} {...{ winner, gainMargin }} />
      </figure>
      <section aria-labelledby="path-title">
        <h2 id="path-title">Path of descent</h2>
        <PathChoice {...{ target, setTarget, from, setFrom, selected, setSelected, winner }} />
        <PathTable {...{ view, path, to, gainMargin }} />
      </section>
    </>
  );
}
