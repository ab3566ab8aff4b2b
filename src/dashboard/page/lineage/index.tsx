/** The family of all candidates: drawn, and as a table of the path from an ancestor to the winner or any other candidate. */
import type { LineageView as Lineage, TrustView } from '../../views/types.js';
import { useRoute, useView, type Increments } from '../data.js';
import { Empty, View } from '../shared/states.js';
import type { ViewProps } from '../shared/view-props.js';
import { Family } from './family.js';
import { mergedLineage } from './merge.js';
import { timed } from '../shared/timed.js';
import './lineage.css';

const INCREMENTS: Increments<Lineage> = {
  version: ({ changes }) => changes?.version,
  merged: (held, news) => timed('lineage-merge', () => mergedLineage(held, news)),
};

/** Number of the candidate that is selected at first: `#/lineage?selected=12`. */
function useFirst(): number | null {
  const text = useRoute().query.get('selected') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

export const LineageView = (_: ViewProps) => {
  const first = useFirst();
  const { data: trust } = useView<TrustView>('/api/trust');
  return (
    <View<Lineage> path="/api/lineage" increments={INCREMENTS}>
      {(view) =>
        view.numbers.length === 0 ? (
          <Empty>No candidate has been proposed yet.</Empty>
        ) : (
          <Family key={first} view={view} first={first} gainMargin={trust?.gainMargin ?? null} />
        )
      }
    </View>
  );
};
