/** Why a candidate exists: its decision, derived anew from the log, in words and in tables. */
import type { WhyView as Why } from '../../views/types.js';
import { linkTo } from '../data.js';
import { Facts } from '../shared/facts.js';
import { grouped, name, number } from '../shared/format.js';
import { Failure, View } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import type { ViewProps } from '../shared/view-props.js';

export const WhyView = ({ argument }: ViewProps) =>
  argument !== null && /^\d{1,9}$/.test(argument) ? (
    <View<Why> path={`/api/candidates/${argument}/why`}>{(why) => <Reasons why={why} />}</View>
  ) : (
    <Failure message="Which candidate? Its address ends in its number, as in #/why/12." />
  );

/** Longest sentence that is shown whole. */
const LONGEST = 500;

function Reasons({ why }: { readonly why: Why }) {
  const { number: own, agrees, strategy, steps, generatorKey } = why;
  return (
    <>
      {agrees ? (
        <p role="status">
          The decision was derived anew from the log: it gives the genome that was recorded for{' '}
          <a href={linkTo(`candidate/${own}`)}>candidate {own}</a>.
        </p>
      ) : (
        <Failure
          message={`The decision, derived anew from the log, does not give the genome that was recorded for candidate ${own}. The log was altered, or another version of voxolve made it; what follows is the decision derived now.`}
        />
      )}
      <ol class="steps">
        {steps.map((step, index) => (
          <li key={index}>{name(step, LONGEST).replace(/ because .*/, grouped)}</li>
        ))}
      </ol>
      <Facts
        facts={[
          { name: 'Strategy', value: name(strategy) },
          { name: 'Results it rests on', value: <Needs needs={why.needs} /> },
          {
            name: 'Key of the random generator',
            value: <code>{name(generatorKey.join(' / '), LONGEST)}</code>,
          },
        ]}
      />
      <Tournament why={why} />
      <Refused why={why} />
      <p>
        <a href={linkTo(`candidate/${own}`)}>Candidate {own}</a>
        {' · '}
        <a href={linkTo('lineage', { selected: String(own) })}>Its place in the family</a>
      </p>
    </>
  );
}

/** Numbers that are linked at most. */
const MOST = 200;

function Needs({ needs }: { readonly needs: Why['needs'] }) {
  if (needs.kind === 'all below') {
    return <>{needs.end === 0 ? 'none' : `all candidates below ${needs.end}`}</>;
  }
  if (needs.numbers.length === 0) return <>none</>;
  return (
    <>
      {needs.numbers.slice(0, MOST).map((one, index) => (
        <span key={one}>
          {index > 0 && ', '}
          <a href={linkTo(`candidate/${one}`)} aria-label={`Candidate ${one}`}>
            {one}
          </a>
        </span>
      ))}
      {needs.numbers.length > MOST && ` and ${needs.numbers.length - MOST} more`}
    </>
  );
}

type Rival = NonNullable<Why['tournament']>[number] & { readonly place: number };

const rivalColumns: readonly Column<Rival>[] = [
  { title: 'Place', value: ({ place }) => place },
  {
    title: 'Candidate',
    value: ({ number: one }) => one,
    show: ({ number: one }) => <a href={linkTo(`candidate/${one}`)}>{one}</a>,
  },
  { title: 'Score', value: ({ score }) => score, show: ({ score }) => number(score, 4) },
  { title: 'Chosen', value: ({ chosen }) => (chosen ? 'yes' : 'no') },
];

function Tournament({ why: { tournament } }: { readonly why: Why }) {
  if (tournament === null) return <p>This strategy holds no tournament for this decision.</p>;
  const rows = tournament.map((rival, index) => ({ ...rival, place: index + 1 }));
  return <Table caption="Tournament for parenthood, best first" columns={rivalColumns} rows={rows} />;
}

type Refusal = Why['refused'][number];

const refusalColumns: readonly Column<Refusal>[] = [
  { title: 'Proposal', value: ({ kind }) => kind, show: ({ kind }) => name(kind) },
  { title: 'Where', value: ({ path }) => path, show: ({ path }) => name(path, 120) },
  {
    title: 'Refused because',
    value: ({ reason }) => reason,
    show: ({ reason }) => grouped(name(reason, LONGEST)),
  },
];

function Refused({ why: { refused } }: { readonly why: Why }) {
  if (refused.length === 0) return <p>No proposal was refused by the constraints before this one.</p>;
  return <Table caption="Proposals that the constraints refused" columns={refusalColumns} rows={refused} />;
}
