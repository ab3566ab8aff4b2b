/** From which ancestor, and to which candidate, the path leads. */
import { Choice } from './controls.js';

export const targets = ['winner', 'selected'] as const;
export type Target = (typeof targets)[number];

interface Props {
  readonly target: Target;
  readonly setTarget: (target: Target) => void;
  /** Numbers; `from` null: the founder. */
  readonly from: number | null;
  readonly setFrom: (from: number | null) => void;
  readonly selected: number | null;
  readonly setSelected: (selected: number | null) => void;
  readonly winner: number | null;
}

export function PathChoice({ target, setTarget, from, setFrom, selected, setSelected, winner }: Props) {
  return (
    <div class="controls">
      <NumberField label="From ancestor" value={from} choose={setFrom} absent="founder" />
      <Choice
        label="to"
        value={target}
        options={targets}
        names={{
          winner: winner === null ? 'the winner' : `the winner or best so far (${winner})`,
          selected: 'the selected candidate',
        }}
        choose={setTarget}
      />
      <NumberField
        label="Selected candidate"
        value={selected}
        choose={(next) => {
          setSelected(next);
          if (next !== null) setTarget('selected');
        }}
        absent="none"
      />
      <button type="button" disabled={selected === null} onClick={() => setFrom(selected)}>
        Begin at the selected candidate
      </button>
    </div>
  );
}

function NumberField({
  label,
  value,
  choose,
  absent,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly choose: (value: number | null) => void;
  readonly absent: string;
}) {
  return (
    <label>
      {label}{' '}
      <input
        type="text"
        inputMode="numeric"
        pattern="[0-9]*"
        size={8}
        placeholder={absent}
        value={value ?? ''}
        onChange={({ currentTarget: { value: text } }) => choose(/^\d+$/.test(text) ? Number(text) : null)}
      />
    </label>
  );
}
