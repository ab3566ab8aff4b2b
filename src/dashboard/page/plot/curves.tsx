/**
 * Curves over steps or seconds, by uPlot: on the screen with a cursor and zoom, saved by a pen. Colours and dashes both tell
 * curves apart.
 */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { number } from '../shared/format.js';
import { Figure } from '../shared/figure.js';
import { inkOf, type Ink } from '../shared/palette.js';
import { useDark } from '../shell/theme.js';
import { useWidth } from './canvas.js';
import type { Pen } from './pen.js';
import { drawAxes, planeOf } from './plane.js';
import { linear } from './scale.js';

export interface CurveSeries {
  readonly name: string;
  /** One for each `x`; null where it has none. */
  readonly values: readonly (number | null)[];
}

interface Props {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Ascending. */
  readonly x: readonly number[];
  readonly series: readonly CurveSeries[];
  readonly height?: number;
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4]];
const dash = (index: number): number[] => [...(DASHES[index % DASHES.length] ?? [])];
const colour = (ink: Ink, index: number): string =>
  ink.categories[index % ink.categories.length] ?? ink.accent;

export function Curves(props: Props) {
  const { title, description, x, series, height = 260 } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const width = useWidth(frame);
  const dark = useDark();
  const names = series.map(({ name }) => name).join('\n');
  useEffect(() => {
    if (frame.current === null || width === 0) return undefined;
    const made = new uPlot(optionsOf(props, [width, height], inkOf(dark)), dataOf(props), frame.current);
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [width, height, dark, names, props.xLabel, props.yLabel]);
  useEffect(() => plot.current?.setData(dataOf(props)), [x, series]);
  return (
    <Figure title={title} description={description} draw={(pen, ink) => drawCurves(pen, ink, props)}>
      <div ref={frame} class="curves" style={{ minHeight: `${height}px` }} role="img" aria-label={title} />
    </Figure>
  );
}

const dataOf = ({ x, series }: Props): uPlot.AlignedData => [
  [...x],
  ...series.map(({ values }) => [...values]),
];

function optionsOf(
  { xLabel, yLabel, series }: Props,
  size: readonly [number, number],
  ink: Ink,
): uPlot.Options {
  const axis = {
    stroke: ink.faint,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1 },
  };
  return {
    width: size[0],
    height: size[1],
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: xLabel },
      { ...axis, label: yLabel, size: 60 },
    ],
    series: [
      { label: xLabel },
      ...series.map(({ name }, index) => ({
        label: name,
        stroke: colour(ink, index),
        width: 1.5,
        dash: dash(index),
        spanGaps: true,
        value: (_: uPlot, value: number | null) => number(value, 4),
      })),
    ],
  };
}

const LEGEND_LINE = 20;
const LEGEND_LEFT = 60;

/** Places `[x, line]` of the legend's entries, and how many lines they take. */
function legendOf(series: readonly CurveSeries[], width: number) {
  let [left, line] = [LEGEND_LEFT, 0];
  const places = series.map(({ name }) => {
    const own = 50 + 7 * name.length;
    if (left + own > width && left > LEGEND_LEFT) [left, line] = [LEGEND_LEFT, line + 1];
    left += own;
    return [left - own, line] as const;
  });
  return { places, lines: line + 1 };
}

function drawCurves(pen: Pen, ink: Ink, { x, series, xLabel, yLabel }: Props): void {
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const { places, lines } = legendOf(series, pen.width);
  const plane = planeOf(pen, linear(x, { margin: 0 }), linear(values), { bottom: LEGEND_LINE * lines });
  drawAxes(pen, ink, plane, { x: xLabel, y: yLabel });
  for (const [index, one] of series.entries()) {
    const stroke = { colour: colour(ink, index), width: 1.5, dash: dash(index) };
    const points = one.values.flatMap((value, at) =>
      value === null ? [] : [plane.px(x[at] ?? NaN), plane.py(value)],
    );
    pen.line(points, stroke);
    const [left, line] = places[index] ?? [LEGEND_LEFT, 0];
    const y = pen.height - LEGEND_LINE * (lines - line) + 12;
    pen.line([left, y - 4, left + 24, y - 4], stroke);
    pen.text(one.name, left + 30, y, { colour: ink.text });
  }
}
