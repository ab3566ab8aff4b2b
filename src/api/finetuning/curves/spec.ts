/**
 * Label-efficiency curves as a Vega specification (https://vega.github.io/vega/docs/specification/): for each arm a line
 * through the means, and behind it a point for each repeat and fold.
 */
import type { Spec } from 'vega';
import { ARMS, type Arm } from './plan.js';
import type { LabelCurves } from './summary.js';

/** Okabe and Ito's colours, which most people with a colour vision deficiency tell apart. */
const COLOURS: Readonly<Record<Arm, string>> = {
  pretrained: '#0072B2',
  random: '#E69F00',
  table: '#009E73',
  metadata: '#CC79A7',
};

const WORDS: Readonly<Record<Arm, string>> = {
  pretrained: 'pretrained encoder',
  random: 'random weights',
  table: 'table alone',
  metadata: 'metadata alone',
};

/** What one who knows nothing reaches. */
const CHANCE: Readonly<Record<string, number>> = { auroc: 0.5, harrell: 0.5, r2: 0 };

const INK = '#333333';
/** The font of the PNG; elsewhere one like it. */
export const FONT = 'Source Sans 3';
const FONTS = `${FONT}, sans-serif`;

export function curvesSpec(curves: LabelCurves): Spec {
  const { task, metric, scores, means } = curves;
  const patients = means.map((mean) => mean.patients);
  const axis = { labelFont: FONTS, titleFont: FONTS, labelFontSize: 12, titleFontSize: 13, titlePadding: 8 };
  const text = `${task}: what is learned from few labels`;
  return {
    width: 520,
    height: 320,
    padding: 16,
    background: '#ffffff',
    title: { text, font: FONTS, color: INK, fontSize: 15, anchor: 'start', offset: 14 },
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
        orient: 'right',
        symbolType: 'circle',
        labelFont: FONTS,
        labelFontSize: 13,
        labelLimit: 240,
        offset: 24,
      },
    ],
    marks: [...chanceLine(metric), ...curveMarks],
  };
}

function scalesOf({ metric, scores, means }: LabelCurves): NonNullable<Spec['scales']> {
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
      nice: true,
      zero: false,
      domain: domainOf(metric, scores),
    },
    { name: 'colour', type: 'ordinal', domain: [...arms], range: colours },
    { name: 'words', type: 'ordinal', domain: arms.map((arm) => WORDS[arm]), range: colours },
  ];
}

const placeOfMean = { x: { scale: 'x', field: 'patients' }, y: { scale: 'y', field: 'mean' } };

const colourOfArm = { scale: 'colour', field: 'arm' };

/** A faint point for each model; over them the means. */
const curveMarks: NonNullable<Spec['marks']> = [
  {
    type: 'symbol',
    from: { data: 'scores' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'trained' },
        y: { scale: 'y', field: 'value' },
        fill: colourOfArm,
        fillOpacity: { value: 0.18 },
        size: { value: 18 },
      },
    },
  },
  {
    type: 'group',
    from: { facet: { name: 'of arm', data: 'means', groupby: 'arm' } },
    marks: [
      {
        type: 'line',
        from: { data: 'of arm' },
        encode: { enter: { ...placeOfMean, stroke: colourOfArm, strokeWidth: { value: 2.5 } } },
      },
      {
        type: 'symbol',
        from: { data: 'of arm' },
        encode: { enter: { ...placeOfMean, fill: colourOfArm, size: { value: 60 } } },
      },
    ],
  },
];

function domainOf(metric: string, scores: LabelCurves['scores']): [number, number] {
  const values = [...scores.flatMap(({ value }) => (value === null ? [] : [value])), CHANCE[metric] ?? 0];
  return [Math.min(...values), Math.max(...values)];
}

function chanceLine(metric: string): NonNullable<Spec['marks']> {
  const chance = CHANCE[metric];
  if (chance === undefined) return [];
  return [
    {
      type: 'rule',
      encode: {
        enter: {
          x: { value: 0 },
          x2: { signal: 'width' },
          y: { scale: 'y', value: chance },
          stroke: { value: INK },
          strokeDash: { value: [4, 4] },
          opacity: { value: 0.6 },
        },
      },
    },
    {
      type: 'text',
      encode: {
        enter: {
          x: { signal: 'width' },
          dx: { value: 6 },
          y: { scale: 'y', value: chance },
          baseline: { value: 'middle' },
          text: { value: 'chance' },
          font: { value: FONTS },
          fontSize: { value: 12 },
          fill: { value: INK },
        },
      },
    },
  ];
}
