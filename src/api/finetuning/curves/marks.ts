/**
 * What is drawn within the axes of label-efficiency curves: for each arm a line through the means, behind it a point for each
 * repeat and fold, and the line of chance. What lies below the axis is drawn at its foot, as a triangle that points down.
 */
import type { Spec } from 'vega';
import { CHANCE, FONTS, INK } from './look.js';

type Marks = NonNullable<Spec['marks']>;

const colourOfArm = { scale: 'colour', field: 'arm' };

const placeOfMean = { x: { scale: 'x', field: 'patients' }, y: { scale: 'y', field: 'mean' } };

const below = (field: string): string => `datum.${field} < domain('y')[0]`;

/** A triangle for what the axis leaves out, a circle for all else. */
const shapeOf = (field: string) => [{ test: below(field), value: 'triangle-down' }, { value: 'circle' }];

/** In square pixels: triangles lie half on the axis and want more. */
const sizeOf = (field: string, size: number) => [{ test: below(field), value: 2 * size }, { value: size }];

export function curveMarks(metric: string): Marks {
  return [...chanceLine(metric), points, lines];
}

/** A faint point for each model. */
const points: Marks[number] = {
  type: 'symbol',
  from: { data: 'scores' },
  encode: {
    enter: {
      x: { scale: 'x', field: 'trained' },
      y: { scale: 'y', field: 'value' },
      shape: shapeOf('value'),
      fill: colourOfArm,
      fillOpacity: { value: 0.18 },
      size: sizeOf('value', 18),
    },
  },
};

const lines: Marks[number] = {
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
      encode: {
        enter: { ...placeOfMean, shape: shapeOf('mean'), fill: colourOfArm, size: sizeOf('mean', 60) },
      },
    },
  ],
};

/** Its word stands at the right end, where nothing else is. */
function chanceLine(metric: string): Marks {
  const chance = CHANCE[metric];
  if (chance === undefined) return [];
  const y = { scale: 'y', value: chance };
  return [
    {
      type: 'rule',
      encode: {
        enter: {
          x: { value: 0 },
          x2: { signal: 'width' },
          y,
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
          y,
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
