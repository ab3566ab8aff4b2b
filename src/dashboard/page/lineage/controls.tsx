/** What the drawing shows, and buttons for what pointer and keys do too. */
import { axes, type Axis } from './geometry/layout.js';
import { colourings, type Colouring } from './drawing/colours.js';
import { showAll } from './gestures.js';
import type { ViewportControl } from './use-viewport.js';
import { zoomed } from './geometry/viewport.js';

interface Props {
  readonly axis: Axis;
  readonly setAxis: (axis: Axis) => void;
  readonly colouring: Colouring;
  readonly setColouring: (colouring: Colouring) => void;
  readonly control: ViewportControl;
}

export function Controls({ axis, setAxis, colouring, setColouring, control }: Props) {
  const zoom = (factor: number) =>
    control.change((now, extent) =>
      zoomed(now, extent, { x: now.width / 2, y: now.height / 2 }, { x: factor, y: factor }),
    );
  return (
    <div class="controls">
      <Choice label="Colour by" value={colouring} options={colourings} choose={setColouring} />
      <Choice
        label="From left to right"
        value={axis}
        options={axes}
        names={{ number: 'numbers', descent: 'steps of descent' }}
        choose={setAxis}
      />
      <span class="tools" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoom(2)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 2)}>
          −
        </button>
        <button type="button" onClick={() => showAll(control)}>
          Whole family
        </button>
      </span>
      <details class="keys">
        <summary>Keys</summary>
        <p id="family-keys">
          Arrow keys walk to the parent, to the child, and to the rows above and below; with Shift they move
          the drawing. Plus and minus zoom, 0 shows the whole family, F goes to the selected candidate, Enter
          opens it, W says why it exists, Escape selects none. Wheel or two fingers zoom (with Shift only
          along the numbers, with Alt only along the rows), dragging moves.
        </p>
      </details>
    </div>
  );
}

export function Choice<T extends string>({
  label,
  value,
  options,
  names,
  choose,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly names?: Readonly<Record<T, string>>;
  readonly choose: (value: T) => void;
}) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => choose(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {names?.[option] ?? option}
          </option>
        ))}
      </select>
    </label>
  );
}
