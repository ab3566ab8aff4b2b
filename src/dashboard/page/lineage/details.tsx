/** What is known of the candidate or edge that is pointed at or selected: its mutation, gain, and the operator's record. */
import type { LineageView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { estimate, name, number, share } from '../shared/format.js';
import { edgeText, stepOf, type OperatorRecord, type Step } from './geometry/path.js';

interface Props {
  readonly view: LineageView;
  /** Index of the candidate; null: none is selected. */
  readonly index: number | null;
  /** True where it is only pointed at: screen readers are not told of every move. */
  readonly isHovered: boolean;
  /** Number of the winner, or of the best so far. */
  readonly winner: number | null;
  /** Half the width of a single gain's 95 % interval; null where the noise is not known. */
  readonly gainMargin: number | null;
}

export function Details({ view, index, isHovered, winner, gainMargin }: Props) {
  if (index === null) {
    return (
      <p class="details" role="status">
        Select a candidate, or an edge, to see its mutation, its gain and how often such a mutation helps.
      </p>
    );
  }
  const step = stepOf(view, index);
  return (
    <div class="details" role="status" aria-live={isHovered ? 'off' : 'polite'}>
      <p>
        <strong>Candidate {step.number}</strong>
        {step.number === winner && ' (winner, or best so far)'}: generation {step.generation}, score{' '}
        {number(step.score)}. <a href={linkTo(`candidate/${step.number}`)}>Open candidate {step.number}</a>
        {' · '}
        <a href={linkTo(`why/${step.number}`)}>Why it exists</a>
      </p>
      <Origin step={step} gainMargin={gainMargin} />
      {step.operator !== null && <OperatorLine operator={step.operator} />}
    </div>
  );
}

function Origin({ step, gainMargin }: { readonly step: Step } & Pick<Props, 'gainMargin'>) {
  if (step.parent === null) return <p>A founder, drawn anew from the search space.</p>;
  return (
    <p>
      From <a href={linkTo(`candidate/${step.parent}`)}>candidate {step.parent}</a>: {name(edgeText(step))}.
      Gain {gainText(step.gain, gainMargin)}.
    </p>
  );
}

function OperatorLine({ operator }: { readonly operator: OperatorRecord }) {
  const { kind, gene, successes, trials, rate, meanGain } = operator;
  return (
    <p>
      In this search {name(`${kind} ${gene}`)} improved on the parent {successes} of {trials} times:{' '}
      {share(rate)}; mean gain {estimate(meanGain, 4)}. Intervals are of 95 %.
    </p>
  );
}

/** A gain with its interval, or why there is none. */
function gainText(gain: number | null, margin: number | null): string {
  if (gain === null || margin === null) return signed(gain);
  const within = Math.abs(gain) <= margin ? ', which the noise of two single trainings may well make' : '';
  return `${signed(gain)} (${intervalOf(gain, margin)})${within}`;
}

export const intervalOf = (gain: number, margin: number): string =>
  `${(gain - margin).toFixed(4)} to ${(gain + margin).toFixed(4)}`;

/** A gain with its sign. */
export const signed = (gain: number | null): string =>
  gain === null ? 'unknown' : `${gain > 0 ? '+' : ''}${number(gain, 4)}`;
