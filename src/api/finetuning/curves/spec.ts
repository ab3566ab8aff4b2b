/**
 * Label-efficiency curves as a Vega specification (https://vega.github.io/vega/docs/specification/): the
 * metric against the number of labelled patients, a colour for each arm.
 */
import type { Spec } from 'vega';
import { COLOURS, FONTS, INK, metricAxis, WORDS } from './look.js';
import { curveMarks } from './marks.js';
import { ARMS } from './plan.js';
import type { LabelCurves } from './summary.js';

export function curvesSpec(curves: LabelCurves): Spec {
  const { task, metric, scores, means } = curves;
  const patients = means.map((mean) => mean.patients);
  const { domain, cut } = metricAxis(curves);
  const axis = { labelFont: FONTS, titleFont: FONTS, labelFontSize: 12, titleFontSize: 13, titlePadding: 8 };
  const text = `${task}: what is learned from few labels`;
  return {
    width: 520,
    height: 320,
    padding: 16,
    background: '#ffffff',
    title: {
      text,
      font: FONTS,
      color: INK,
      fontSize: 15,
      anchor: 'start',
      offset: 14,
      ...(cut && {
        subtitle: `Triangles stand for values below ${minus(domain[0])}, where the axis is cut.`,
        subtitleFont: FONTS,
        subtitleColor: INK,
        subtitleFontSize: 12,
        subtitlePadding: 4,
      }),
    },
    data: [
      { name: 'means', values: means.filter(({ mean }) => mean !== null).map((mean) => ({ ...mean })) },
      { name: 'scores', values: scores.filter(({ value }) => value !== null).map((score) => ({ ...score })) },
    ],
    scales: scalesOf(curves),
    axes: [
      {
        orient: 'bottom',
        scale: 'x',
        title: 'labelled patients',
        values: [...new Set(patients.map((count) => Math.round(count)))],
        labelOverlap: 'greedy',
        ...axis,
      },
      {
        orient: 'left',
        scale: 'y',
        title: metric,
        grid: true,
        gridColor: '#e8e8e8',
        tickCount: 6,
        ...axis,
      },
    ],
    legends: [
      {
        fill: 'words',
        orient: 'bottom',
        columns: 2,
        columnPadding: 24,
        symbolType: 'circle',
        labelFont: FONTS,
        labelFontSize: 13,
        labelLimit: 240,
        offset: 12,
      },
    ],
    marks: curveMarks(metric),
  };
}

const minus = (value: number): string => String(value).replace('-', '−');

function scalesOf(curves: LabelCurves): NonNullable<Spec['scales']> {
  const { means } = curves;
  const { domain, cut } = metricAxis(curves);
  const arms = ARMS.filter((arm) => means.some((mean) => mean.arm === arm));
  const colours = arms.map((arm) => COLOURS[arm]);
  const patients = means.map((mean) => mean.patients);
  const ends = [Math.min(...patients), Math.max(...patients)] as const;
  return [
    {
      name: 'x',
      type: ends[1] > 4 * ends[0] ? 'log' : 'linear',
      range: 'width',
      domain: [...ends],
      zero: false,
      padding: 16,
    },
    {
      name: 'y',
      type: 'linear',
      range: 'height',
      nice: !cut,
      clamp: true,
      zero: false,
      domain: [...domain],
    },
    { name: 'colour', type: 'ordinal', domain: [...arms], range: colours },
    { name: 'words', type: 'ordinal', domain: arms.map((arm) => WORDS[arm]), range: colours },
  ];
}
