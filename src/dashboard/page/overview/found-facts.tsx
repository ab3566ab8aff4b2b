/** What was found: the highest score, the winner with its interval, chance, and the probe. */
import { linkTo } from '../data.js';
import { Facts, type Fact } from '../shared/facts.js';
import { count, estimate, number } from '../shared/format.js';
import type { SummaryView } from '../../views/types.js';

type Status = SummaryView['status'];

export function FoundFacts({ summary: { status } }: { readonly summary: SummaryView }) {
  const { experiment, highest, endedByCurve } = status;
  const facts: Fact[] = [
    winnerFact(status),
    {
      name: `Highest ${experiment.metric}`,
      value: highest === null ? 'none yet' : number(highest.score, 4),
      note:
        highest === null ? undefined : (
          <>
            <CandidateLink number={highest.number} />
            {`, the highest of ${status.candidates.done}: merit and luck`}
          </>
        ),
    },
    {
      name: 'Chance',
      value: number(experiment.chance, 4),
      note: experiment.chance === null ? 'not known for this task' : 'what guessing scores',
    },
    ...probeFacts(status),
    ...(endedByCurve > 0
      ? [
          {
            name: 'Ended by their curves',
            value: String(endedByCurve),
            note: 'trainings that could not win any more',
          },
        ]
      : []),
  ];
  return <Facts facts={facts} />;
}

const CandidateLink = ({ number: which }: { readonly number: number }) => (
  <a href={linkTo(`candidate/${which}`)}>{`candidate ${which}`}</a>
);

function winnerFact({ winners }: Status): Fact {
  const winner = winners?.winner ?? null;
  if (winner === null || winner.mean === null) {
    const repetitions = winners?.repetitions;
    return {
      name: 'Winner',
      value: 'not yet',
      note:
        repetitions === undefined
          ? 'the best are trained again when all candidates are done'
          : `${repetitions.done} of ${repetitions.wanted} repetitions done`,
    };
  }
  return {
    name: 'Winner, trained again',
    value: estimate({ value: winner.mean, interval: winner.interval }),
    note: (
      <>
        <CandidateLink number={winner.number} />
        {`, mean of ${winner.scores.length} repetitions${
          winner.interval === null ? '' : ' with its 95 % interval'
        }; ${count(winner.params)} parameters`}
      </>
    ),
  };
}

function probeFacts({ probe }: Status): Fact[] {
  if (probe === null) return [];
  return Object.entries(probe.values).map(([name, { value, low, high }]) => ({
    name: `Probe: ${name}`,
    value: estimate({ value, interval: low === null || high === null ? null : [low, high] }),
    note: <CandidateLink number={probe.number} />,
  }));
}
