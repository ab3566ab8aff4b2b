/** What each gene was worth: how much of the scores' variance its values explain, and the mean score of each value. */
import { useMemo, useState } from 'preact/hooks';
import { useView } from '../data.js';
import { Intervals } from '../plot/intervals.js';
import { estimate, name, percent } from '../shared/format.js';
import { Empty, View } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import type { GenesView, SummaryView } from '../../views/types.js';

type Gene = GenesView['genes'][number];
type Value = Gene['values'][number];

export const GenesPage = () => <View<GenesView> path="/api/genes">{(view) => <Genes view={view} />}</View>;

const MOST_ROWS = 40;

function Genes({ view: { genes } }: { readonly view: GenesView }) {
  const ordered = useMemo(() => [...genes].sort((a, b) => b.explained.value - a.explained.value), [genes]);
  const rows = useMemo(
    () => ordered.slice(0, MOST_ROWS).map(({ gene, explained }) => ({ name: gene, estimate: explained })),
    [ordered],
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = ordered.find(({ gene }) => gene === chosen) ?? ordered[0];
  if (shown === undefined) return <Empty>Genes are compared once a few candidates have scores.</Empty>;
  return (
    <>
      <Intervals
        title="Variance explained"
        description={`Share of the scores' variance between the values of each gene (eta squared), with 95 % intervals, for ${rows.length} genes. Genes that are chosen together share their effect: this shows where scores differ, not why.`}
        xLabel="Share of variance (η²)"
        rows={rows}
        fromZero
      />
      <label>
        {'Gene '}
        <select value={shown.gene} onChange={(event) => setChosen(event.currentTarget.value)}>
          {ordered.map(({ gene }) => (
            <option key={gene} value={gene}>
              {name(gene)}
            </option>
          ))}
        </select>
      </label>
      <GeneValues gene={shown} />
      <Table caption="Genes" columns={GENE_COLUMNS} rows={ordered} />
    </>
  );
}

const valueText = (value: Value['value']): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const GENE_COLUMNS: readonly Column<Gene>[] = [
  { title: 'Gene', value: ({ gene }) => gene, show: ({ gene }) => name(gene) },
  {
    title: 'Variance explained (95 %)',
    value: ({ explained }) => explained.value,
    show: ({ explained }) => estimate(explained),
  },
  { title: 'Values', value: ({ values }) => values.length },
];

const VALUE_COLUMNS: readonly Column<Value>[] = [
  { title: 'Value', value: ({ value }) => valueText(value), show: ({ value }) => name(valueText(value)) },
  { title: 'Candidates', value: ({ candidates }) => candidates },
  { title: 'Mean score (95 %)', value: ({ mean }) => mean.value, show: ({ mean }) => estimate(mean) },
];

function GeneValues({ gene: { gene, explained, values } }: { readonly gene: Gene }) {
  const { data } = useView<SummaryView>('/api/summary');
  const chance = data?.status.experiment.chance ?? null;
  const rows = useMemo(
    () =>
      values.slice(0, MOST_ROWS).map(({ value, candidates, mean }) => ({
        name: valueText(value),
        note: `(${candidates})`,
        estimate: mean,
      })),
    [values],
  );
  return (
    <>
      <Intervals
        title={`Scores by ${name(gene)}`}
        description={`Mean score of the candidates with each value, how many there are in brackets, and 95 % intervals; the values explain ${percent(explained.value)} of the variance.`}
        xLabel="Mean score"
        rows={rows}
        reference={chance === null ? undefined : { value: chance, name: 'chance' }}
      />
      <Table caption={`Values of ${name(gene)}`} columns={VALUE_COLUMNS} rows={values} />
    </>
  );
}
