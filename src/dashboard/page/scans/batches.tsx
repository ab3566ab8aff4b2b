/** Samples of the proxy task as puzzles for the reader: the question, then, when asked for, the answer and what the winner says. */
import { useState } from 'preact/hooks';
import type { PredictionsView, ScansView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { name } from '../shared/format.js';
import { Empty, View } from '../shared/states.js';
import { Picture } from './picture.js';

type Batch = ScansView['batches'][number];

export function Batches({ batches }: { readonly batches: readonly Batch[] }) {
  const [first] = batches;
  const [opened, setOpened] = useState(false);
  return (
    <section aria-labelledby="batches-title">
      <h2 id="batches-title">What the network is asked</h2>
      {first === undefined && <Empty>No sample of the proxy task can be shown.</Empty>}
      {first !== undefined && <p>{name(first.caption, LONGEST)}.</p>}
      {opened && <View<PredictionsView> path="/api/predictions">{(view) => <Total view={view} />}</View>}
      <ul class="sheets wide">
        {batches.map((batch) => (
          <li key={batch.index}>
            <Puzzle batch={batch} onOpened={() => setOpened(true)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const LONGEST = 300;

interface PuzzleProps {
  readonly batch: Batch;
  readonly onOpened: () => void;
}

function Puzzle({ batch, onOpened }: PuzzleProps) {
  const [isShown, setShown] = useState(false);
  const { index, caption, answer, hasPictures } = batch;
  return (
    <>
      <h3>Sample {index + 1}</h3>
      <Picture
        path={`/api/batches/${index}.png`}
        alt={`Sample ${index + 1} as the network sees it, ${name(caption, LONGEST)}`}
      />
      <button
        type="button"
        aria-expanded={isShown}
        aria-label={`${isShown ? 'Hide' : 'Show'} the answers to sample ${index + 1}`}
        onClick={() => (setShown(!isShown), onOpened())}
      >
        {isShown ? 'Hide the answers' : 'Show the answers'}
      </button>
      <div aria-live="polite">
        {isShown && (
          <>
            <p>
              <strong>Right:</strong> {name(answer, LONGEST)}
            </p>
            {hasPictures && (
              <Picture
                path={`/api/batches/${index}/answer.png`}
                alt={`The right answer to sample ${index + 1}: ${name(answer, LONGEST)}`}
              />
            )}
            <View<PredictionsView> path="/api/predictions">
              {(view) => <Prediction view={view} batch={batch} />}
            </View>
          </>
        )}
      </div>
    </>
  );
}

function Prediction({ view, batch }: { readonly view: PredictionsView; readonly batch: Batch }) {
  const { candidate, problem, predictions } = view;
  const own = predictions.find(({ index }) => index === batch.index);
  if (problem !== null) return null;
  if (own === undefined || candidate === null)
    return <Empty>The winner gives no answer to this sample.</Empty>;
  const text = name(own.text, LONGEST);
  return (
    <>
      <p>
        <strong>
          <a href={linkTo(`candidate/${candidate}`)}>Candidate {candidate}</a>
          {verdictOf(own)}
        </strong>{' '}
        {text}
      </p>
      {batch.hasPictures && (
        <Picture
          key={candidate}
          path={`/api/batches/${batch.index}/prediction.png`}
          alt={`What candidate ${candidate} answers to sample ${batch.index + 1}: ${text}`}
        />
      )}
    </>
  );
}

function verdictOf({ right, asked }: PredictionsView['predictions'][number]): string {
  if (right === null) return ':';
  if (asked === 1) return right === 1 ? ', right:' : ', wrong:';
  return `, ${right} of ${asked} right:`;
}

/** Whose answers these are, and how many are right. */
function Total({ view: { candidate, problem, predictions } }: { readonly view: PredictionsView }) {
  if (problem !== null || candidate === null) {
    return <Empty>No answers of the winner: {name(problem ?? '', LONGEST)}</Empty>;
  }
  const sum = (of: (one: PredictionsView['predictions'][number]) => number) =>
    predictions.reduce((total, one) => total + of(one), 0);
  const counted =
    predictions.some(({ right }) => right === null) || predictions.length === 0
      ? ''
      : ` It answers ${sum(({ right }) => right ?? 0)} of ${sum(({ asked }) => asked)} questions rightly here: too few to judge it by, which its score does.`;
  return (
    <p>
      Answers are those of <a href={linkTo(`candidate/${candidate}`)}>candidate {candidate}</a>, with the
      weights that were kept of its best training.{counted}
    </p>
  );
}
