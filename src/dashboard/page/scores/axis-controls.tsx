/** Which axes parallel coordinates show, and their limits: numbers, or a level. */
import { useState } from 'preact/hooks';
import { name as shownName } from '../shared/format.js';
import type { Limits, ParallelAxis } from './parallel.js';

interface Props {
  readonly axes: readonly ParallelAxis[];
  readonly names: readonly string[];
  readonly limits: Limits;
  readonly onNames: (names: readonly string[]) => void;
  readonly onLimits: (limits: Limits) => void;
}

export function AxisControls({ axes, names, limits, onNames, onLimits }: Props) {
  const toggle = (name: string) =>
    onNames(names.includes(name) ? names.filter((one) => one !== name) : [...names, name]);
  return (
    <details>
      <summary>{`Axes and limits (${names.length} of ${axes.length} axes, ${Object.keys(limits).length} limits)`}</summary>
      <div class="controls">
        <button type="button" onClick={() => onLimits({})}>
          Clear limits
        </button>
      </div>
      <ul class="axis-list">
        {axes.map((axis) => (
          <li key={axis.name}>
            <label>
              <input type="checkbox" checked={names.includes(axis.name)} onChange={() => toggle(axis.name)} />
              {` ${shownName(axis.name)}`}
            </label>
            {names.includes(axis.name) && <Limit axis={axis} limits={limits} onLimits={onLimits} />}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface LimitProps extends Pick<Props, 'limits' | 'onLimits'> {
  readonly axis: ParallelAxis;
}

function Limit({ axis, limits, onLimits }: LimitProps) {
  const limit = limits[axis.name];
  const set = (low: number, high: number) => onLimits({ ...limits, [axis.name]: [low, high] });
  const clear = () => {
    const { [axis.name]: _, ...others } = limits;
    onLimits(others);
  };
  if (axis.levels !== null) {
    const level =
      limit === undefined
        ? ''
        : String(axis.levels.findIndex((_, index) => index >= limit[0] && index <= limit[1]));
    const choose = (value: string) => (value === '' ? clear() : set(Number(value), Number(value)));
    return (
      <select
        aria-label={`Limit of ${shownName(axis.name)}`}
        value={level}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="">any</option>
        {axis.levels.map((one, index) => (
          <option key={index} value={String(index)}>
            {shownName(one)}
          </option>
        ))}
      </select>
    );
  }
  const [low, high] = limit ?? axis.scale.domain;
  return (
    <span class="limits">
      <NumberInput
        label={`Least of ${shownName(axis.name)}`}
        value={low}
        onNumber={(to) => (to === null ? clear() : set(to, high))}
      />
      {' to '}
      <NumberInput
        label={`Most of ${shownName(axis.name)}`}
        value={high}
        onNumber={(to) => (to === null ? clear() : set(low, to))}
      />
    </span>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly value: number;
  /** Null where the input was emptied. */
  readonly onNumber: (value: number | null) => void;
}

/** A number that is typed stands until it is given, also when the search goes on meanwhile and the page is drawn again. */
function NumberInput({ label, value, onNumber }: NumberInputProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const give = (text: string) => {
    setDraft(null);
    onNumber(text === '' ? null : Number(text));
  };
  return (
    <input
      type="number"
      step="any"
      aria-label={label}
      value={draft ?? String(Number(value.toPrecision(5)))}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onChange={(event) => give(event.currentTarget.value)}
    />
  );
}
