/** Values with their intervals, a row each: a dot, and a line from the interval's low end to its high one. */
import { useCallback, useMemo } from 'preact/hooks';
import type { Estimate } from '../../views/types.js';
import { Figure } from '../shared/figure.js';
import { name } from '../shared/format.js';
import type { Ink } from '../shared/palette.js';
import { Canvas } from './canvas.js';
import type { Box, Pen } from './pen.js';
import { tickText } from './plane.js';
import type { Draw } from './saved.js';
import { linear } from './scale.js';

export interface IntervalRow {
  readonly name: string;
  readonly estimate: Estimate;
  /** Behind the name, such as a count. */
  readonly note?: string;
}

interface Props {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly rows: readonly IntervalRow[];
  /** A dashed line, with its name. */
  readonly reference?: { readonly value: number; readonly name: string } | undefined;
  /** True: the axis begins at 0. */
  readonly fromZero?: boolean;
}

const ROW = 24;
const [TOP, BOTTOM] = [22, 44];

export function Intervals(props: Props) {
  const { title, description, rows } = props;
  const draw = useCallback<Draw>(
    (pen, ink) => drawIntervals(pen, ink, props),
    [rows, props.xLabel, props.reference?.value, props.fromZero],
  );
  const height = useMemo(() => TOP + rows.length * ROW + BOTTOM, [rows]);
  return (
    <Figure title={title} description={description} draw={draw} size={[900, height]}>
      <Canvas draw={draw} height={height} label={title} />
    </Figure>
  );
}

function drawIntervals(pen: Pen, ink: Ink, { rows, xLabel, reference, fromZero = false }: Props): void {
  const left = Math.min(260, pen.width * 0.4);
  const box: Box = [left, TOP, pen.width - left - 16, rows.length * ROW];
  const scale = linear(
    [
      ...rows.flatMap(({ estimate: { value, interval } }) => [value, ...(interval ?? [])]),
      ...(fromZero ? [0] : []),
      ...(reference === undefined ? [] : [reference.value]),
    ],
    { ticks: Math.max(2, Math.floor(box[2] / 90)) },
  );
  const px = (value: number) => box[0] + box[2] * scale.at(value);
  for (const tick of scale.ticks) {
    pen.line([px(tick), TOP, px(tick), TOP + box[3]], { colour: ink.grid });
    pen.text(tickText(tick), px(tick), TOP + box[3] + 16, { colour: ink.faint, align: 'middle' });
  }
  pen.text(xLabel, box[0] + box[2] / 2, TOP + box[3] + 36, { colour: ink.text, align: 'middle' });
  if (reference !== undefined) {
    const x = px(reference.value);
    pen.line([x, TOP - 4, x, TOP + box[3]], { colour: ink.text, dash: [6, 4] });
    pen.text(reference.name, x, TOP - 8, { colour: ink.text, align: 'middle', size: 11 });
  }
  for (const [index, row] of rows.entries())
    drawRow(pen, ink, { row, px, left, y: TOP + (index + 0.5) * ROW });
}

interface RowDrawing {
  readonly row: IntervalRow;
  readonly px: (value: number) => number;
  readonly left: number;
  readonly y: number;
}

function drawRow(pen: Pen, ink: Ink, { row, px, left, y }: RowDrawing): void {
  const letters = Math.floor((left - 12) / 6.6) - (row.note === undefined ? 0 : row.note.length + 2);
  const note = row.note === undefined ? '' : `  ${row.note}`;
  pen.text(`${name(row.name, Math.max(letters, 6))}${note}`, left - 10, y + 4, {
    colour: ink.text,
    align: 'end',
  });
  const { value, interval } = row.estimate;
  if (interval !== null) {
    const [low, high] = [px(interval[0]), px(interval[1])];
    pen.line([low, y, high, y], { colour: ink.accent, width: 2 });
    for (const end of [low, high]) pen.line([end, y - 4, end, y + 4], { colour: ink.accent, width: 2 });
  }
  pen.mark('circle', px(value), y, 4.5, ink.accent);
}
