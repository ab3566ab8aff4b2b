/** What the colours mean, with the numbers at the ends of the scale. */
import { number } from '../shared/format.js';
import { BINS, css, UNKNOWN, type Colouring, type Colours } from './drawing/colours.js';

const TITLES: Readonly<Record<Colouring, string>> = {
  score: 'Score',
  gain: 'Gain over the parent',
  generation: 'Generation',
};
/** Steps of the scale that are shown. */
const SHOWN = 16;

export function Legend({ colours, colouring }: { readonly colours: Colours; readonly colouring: Colouring }) {
  const { range, palette } = colours;
  const steps = Array.from({ length: SHOWN }, (_, i) => palette[Math.round((i / (SHOWN - 1)) * (BINS - 1))]);
  const [low, high] = range ?? [null, null];
  return (
    <p class="legend">
      <span>{TITLES[colouring]}: </span>
      {range === null ? (
        'no candidate has one yet'
      ) : (
        <>
          <span>{colouring === 'gain' ? `${number(low)} or less` : number(low)}</span>
          <svg width={SHOWN * 10} height="12" aria-hidden="true">
            {steps.map((step, i) => (
              <rect key={i} x={10 * i} width="10" height="12" fill={css(step ?? [0, 0, 0])} />
            ))}
          </svg>
          <span>{colouring === 'gain' ? `${number(high)} or more` : number(high)}</span>
        </>
      )}
      <span class="legend-item">
        <svg width="12" height="12" aria-hidden="true">
          <rect width="12" height="12" fill={css(palette[UNKNOWN] ?? [0, 0, 0])} />
        </svg>{' '}
        none
      </span>
      <span class="legend-item">
        <svg width="24" height="12" aria-hidden="true">
          <rect y="4" width="24" height="4" fill="#d55e00" />
        </svg>{' '}
        path
      </span>
    </p>
  );
}
