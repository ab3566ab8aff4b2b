/** The figures of a candidate that are asked for first, and ways to its relatives. */
import type { CandidateView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { bytes, count, number } from '../shared/format.js';

export function Summary({ candidate }: { readonly candidate: CandidateView }) {
  const { number: own, status, score, rung, cost } = candidate;
  return (
    <>
      <dl class="figures">
        <Figure name="Score">{number(score, 4)}</Figure>
        <Figure name="Status">{status}</Figure>
        <Figure name="Rung">{rung}</Figure>
        <Figure name="Parameters">{count(cost?.params)}</Figure>
        <Figure name="MACs of a batch">{count(cost?.macs)}</Figure>
        <Figure name="Memory of training">{bytes(cost?.trainingBytes)}</Figure>
      </dl>
      <p>
        <a href={linkTo(`why/${own}`)}>Why candidate {own} exists</a>
        {' · '}
        <a href={linkTo('lineage', { selected: String(own) })}>Its place in the family</a>
      </p>
    </>
  );
}

const Figure = ({ name, children }: { readonly name: string; readonly children: string | number }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
