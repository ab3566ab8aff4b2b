/** Whether scores can be trusted: against full evaluations, probes and the parameter count; and how sure the order of the best is. */
import { BEST_COLUMNS } from '../shared/best-columns.js';
import { estimate, name, number, percent } from '../shared/format.js';
import { Facts } from '../shared/facts.js';
import { Empty, View } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import type { TrustView } from '../../views/types.js';
import { FEWEST, TrustPlot } from './trust-plot.js';

export const TrustPage = () => <View<TrustView> path="/api/trust">{(view) => <Trust view={view} />}</View>;

function Trust({ view }: { readonly view: TrustView }) {
  const { pairs, reports, top, rankNoise } = view;
  return (
    <>
      <ReportTable reports={reports} />
      {pairs.length < FEWEST ? (
        <Empty>
          {pairs.length === 0
            ? 'No candidate was evaluated in full yet, so nothing can be compared.'
            : 'Too few candidates were evaluated in full to draw or to judge by.'}
        </Empty>
      ) : (
        <>
          <TrustPlot pairs={pairs} target="full" reports={reports} />
          <TrustPlot pairs={pairs} target="probe" reports={reports} />
          <TrustPlot pairs={pairs} target="params" reports={reports} />
        </>
      )}
      <h2>Order of the best</h2>
      <Facts
        facts={[
          {
            name: 'Rank noise',
            value: rankNoise === null ? 'not known' : number(rankNoise, 4),
            note:
              rankNoise === null
                ? 'no candidate was trained twice'
                : 'standard deviation of scores over seeds of one candidate',
          },
        ]}
      />
      {top.length > 0 && (
        <>
          <Table caption="The best, and how often each comes first" columns={TOP} rows={top} />
          <p class="empty">
            How often each comes first: in 2,000 draws of its repetitions, with replacement. Two or three
            repetitions make that look surer than it is, and what other patients would change is not in it.
          </p>
        </>
      )}
    </>
  );
}

type Report = TrustView['reports'][number];
type Correlation = NonNullable<Report['score']>;

function ReportTable({ reports }: { readonly reports: TrustView['reports'] }) {
  const tau = (correlation: Correlation | null) =>
    correlation === null
      ? 'too few'
      : estimate({ value: correlation.tau, interval: correlation.interval }, 2);
  const columns: readonly Column<Report>[] = [
    { title: 'Taken for the truth', value: ({ target }) => target },
    { title: 'Evaluations', value: ({ evaluations }) => evaluations },
    { title: 'τ of the score (95 %)', value: ({ score }) => score?.tau, show: ({ score }) => tau(score) },
    {
      title: 'τ of the parameter count',
      value: ({ params }) => params?.tau,
      show: ({ params }) => tau(params),
    },
    {
      title: 'Gain over it',
      value: ({ gain }) => gain?.value,
      show: ({ gain }) => (gain === null ? '–' : estimate(gain, 2)),
    },
    { title: 'Verdict', value: ({ verdict }) => verdict, show: ({ verdict }) => name(verdict, 200) },
  ];
  return (
    <Table caption="Rank correlation (Kendall's τ) of the search's score" columns={columns} rows={reports} />
  );
}

type Best = TrustView['top'][number];

const TOP: readonly Column<Best>[] = [
  ...BEST_COLUMNS,
  {
    title: 'Trained again: mean (95 %)',
    value: ({ mean }) => mean?.value,
    show: ({ mean }) => estimate(mean),
  },
  {
    title: 'Scores',
    value: ({ scores }) => scores.join(' '),
    show: ({ scores }) => scores.map((score) => number(score)).join(', ') || '–',
  },
  {
    title: 'Comes first',
    value: ({ firstShare }) => firstShare,
    show: ({ firstShare }) => percent(firstShare),
  },
];
