/** The search's score of candidates against what is taken for the truth, or against their parameter count. */
import { useMemo } from 'preact/hooks';
import { linear, logarithmic } from '../plot/scale.js';
import { Scatter } from '../plot/scatter.js';
import { estimate } from '../shared/format.js';
import type { TrustView } from '../../views/types.js';

type Target = 'full' | 'probe' | 'params';

const TITLES: Readonly<Record<Target, string>> = {
  full: 'Score against full evaluation',
  probe: 'Score against probe',
  params: 'Parameter count against full evaluation',
};
const AXES = {
  full: { x: 'Score in the search', y: 'Score of the full evaluation' },
  probe: { x: 'Score in the search', y: 'Probe of the features' },
  params: { x: 'Parameters', y: 'Score of the full evaluation' },
} as const;

interface Props {
  readonly pairs: TrustView['pairs'];
  readonly reports: TrustView['reports'];
  readonly target: Target;
}

/** Fewer points show nothing. */
export const FEWEST = 3;

export function TrustPlot({ pairs, reports, target }: Props) {
  const plotted = useMemo(() => prepare(pairs, target), [pairs, target]);
  if (plotted.members.length < FEWEST) return null;
  const { points, scales, groups } = plotted;
  return (
    <Scatter
      title={TITLES[target]}
      description={`${plotted.members.length} candidates. ${agreement(reports, target)}`}
      axes={AXES[target]}
      scales={scales}
      points={points}
      groups={groups}
      height={340}
    />
  );
}

function agreement(reports: TrustView['reports'], target: Target): string {
  const report = reports.find((one) => one.target === (target === 'probe' ? 'probe' : 'full score'));
  const correlation = (target === 'params' ? report?.params : report?.score) ?? null;
  if (correlation === null) return 'Too few for a rank correlation.';
  const { tau, interval } = correlation;
  return `Kendall's τ within rungs is ${estimate({ value: tau, interval }, 2)}: 1 where both put all in the same order, 0 where they do not agree.`;
}

function prepare(pairs: TrustView['pairs'], target: Target) {
  const across = target === 'params' ? pairs.map(({ params }) => params) : pairs.map(({ score }) => score);
  const up = target === 'probe' ? pairs.map(({ probe }) => probe) : pairs.map(({ full }) => full);
  const [x, y] = [across, up].map((column) => Float64Array.from(column, (value) => value ?? NaN));
  const [xs, ys] = [x ?? new Float64Array(), y ?? new Float64Array()];
  const members = pairs.flatMap((_, index) =>
    Number.isFinite(xs[index]) && Number.isFinite(ys[index]) ? [index] : [],
  );
  const placed = (column: Float64Array) => members.map((index) => column[index] ?? NaN);
  return {
    members,
    points: { numbers: pairs.map(({ number }) => number), x: xs, y: ys },
    scales: {
      x: target === 'params' ? logarithmic(placed(xs)) : linear(placed(xs)),
      y: linear(placed(ys)),
    },
    groups: [{ name: 'Evaluated in both ways', mark: 'circle' as const, colour: 0, members }],
  };
}
