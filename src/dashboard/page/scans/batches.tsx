/** Samples of the proxy task as puzzles for the reader: the question, then, when asked for, the answer and the prediction. */
import { useState } from 'preact/hooks';
import type { ScansView } from '../../views/types.js';
import { name } from '../shared/format.js';
import { Empty } from '../shared/states.js';
import { Picture } from './picture.js';

type Batch = ScansView['batches'][number];

export function Batches({ batches }: { readonly batches: readonly Batch[] }) {
  return (
    <section aria-labelledby="batches-title">
      <h2 id="batches-title">What the network is asked</h2>
      {batches.length === 0 && <Empty>No sample of the proxy task can be shown.</Empty>}
      <ul class="sheets">
        {batches.map((batch) => (
          <li key={batch.index}>
            <Puzzle batch={batch} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const LONGEST = 300;

function Puzzle({ batch: { index, caption, answer, prediction } }: { readonly batch: Batch }) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <Picture path={`/api/batches/${index}.png`} alt={name(caption, LONGEST)} />
      <p>{name(caption, LONGEST)}</p>
      <button
        type="button"
        aria-expanded={isShown}
        aria-label={`${isShown ? 'Hide' : 'Show'} the answer to sample ${index}`}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? 'Hide the answer' : 'Show the answer'}
      </button>
      <div aria-live="polite">
        {isShown && (
          <>
            <p>Answer: {name(answer, LONGEST)}</p>
            <p>
              {prediction === null
                ? 'The winner has made no prediction yet.'
                : `The winner’s prediction: ${name(prediction, LONGEST)}`}
            </p>
          </>
        )}
      </div>
    </>
  );
}
