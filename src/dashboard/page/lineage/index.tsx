/** The family of all candidates: drawn, and as a table of the path from an ancestor to the winner or any other candidate. */
import type { LineageView as Lineage } from '../../views/types.js';
import { Empty, View } from '../shared/states.js';
import type { ViewProps } from '../shared/view-props.js';
import { Family } from './family.js';
import './lineage.css';

/** `argument`: number of the candidate that is selected at first. */
export const LineageView = ({ argument }: ViewProps) => (
  <View<Lineage> path="/api/lineage">
    {(view) =>
      view.numbers.length === 0 ? (
        <Empty>No candidate has been proposed yet.</Empty>
      ) : (
        <Family view={view} first={argument === null || !/^\d+$/.test(argument) ? null : Number(argument)} />
      )
    }
  </View>
);
