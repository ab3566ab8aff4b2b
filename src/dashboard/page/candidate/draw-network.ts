/**
 * A network drawn layer by layer, from the input at the top down: a box for each layer with its kind, the shape of its
 * output, parameters and multiply-accumulates, with a bar for its share of all of these. A line leads from each layer to
 * the next; what a layer reads from further above comes along lanes at the right, which are used again where they are free.
 */
import type { LayerRow } from '../../views/types.js';
import type { Pen } from '../plot/pen.js';
import { count, name } from '../shared/format.js';
import type { Ink } from '../shared/palette.js';

const BOX = { width: 320, height: 42 } as const;
const GAP = 12;
const LANE = 14;
const MARGIN = 10;

/** A line from layer `from` (−1: the input) to layer `to`, past those between them. */
export interface Skip {
  readonly from: number;
  readonly to: number;
  /** Counted from the boxes outwards. */
  readonly lane: number;
}

/** What layers read that is not the one right above; inner lanes go to short lines. */
export function skipsOf(layers: readonly LayerRow[]): readonly Skip[] {
  const lines = layers.flatMap(({ inputs }, to) =>
    (inputs.length === 0 ? [-1] : inputs).filter((from) => from !== to - 1).map((from) => ({ from, to })),
  );
  const lanes: { readonly from: number; readonly to: number }[][] = [];
  return [...lines]
    .sort((a, b) => a.to - a.from - (b.to - b.from) || a.to - b.to || a.from - b.from)
    .map((line) => {
      let lane = lanes.findIndex((taken) =>
        taken.every((other) => other.from >= line.to || other.to <= line.from),
      );
      if (lane < 0) lane = lanes.push([]) - 1;
      lanes[lane]?.push(line);
      return { ...line, lane };
    });
}

export function sizeOf(layers: readonly LayerRow[]): readonly [width: number, height: number] {
  const lanes = Math.max(0, ...skipsOf(layers).map(({ lane }) => lane + 1));
  return [2 * MARGIN + BOX.width + LANE * (lanes + 1), topOf(layers.length) - GAP + MARGIN];
}

/** Upper edge of a layer's box; −1: the input. */
const topOf = (index: number): number => MARGIN + (index + 1) * (BOX.height + GAP);

export function drawNetwork(pen: Pen, ink: Ink, layers: readonly LayerRow[]): void {
  const most = Math.max(1, ...layers.map(({ macs }) => macs));
  drawLines(pen, ink, layers);
  pen.rect([MARGIN, topOf(-1), BOX.width, BOX.height], ink.grid, 0.5);
  pen.text('input', MARGIN + 14, topOf(-1) + 28, { colour: ink.text, size: 13, bold: true });
  for (const [index, layer] of layers.entries()) {
    const top = topOf(index);
    const colour = ink.categories[familyOf(layer.kind)] ?? ink.faint;
    pen.rect([MARGIN, top, BOX.width, BOX.height], ink.ground);
    pen.rect([MARGIN, top, BOX.width, BOX.height], ink.grid, 0.5);
    pen.rect([MARGIN, top, 5, BOX.height], colour);
    pen.rect([MARGIN + 5, top + BOX.height - 4, ((BOX.width - 5) * layer.macs) / most, 4], colour);
    const kind = name(layer.kind, 26);
    pen.text(kind, MARGIN + 14, top + 17, { colour: ink.text, size: 13, bold: true });
    pen.text(
      name(layer.name, 42 - Math.max(12, Math.ceil(1.2 * kind.length))),
      MARGIN + BOX.width - 8,
      top + 17,
      {
        colour: ink.faint,
        size: 11,
        align: 'end',
      },
    );
    pen.text(factsOf(layer), MARGIN + 14, top + 34, { colour: ink.text, size: 12 });
  }
}

export function factsOf({ shape, params, macs }: LayerRow): string {
  const parts = [shape.join(' × ')];
  if (params > 0) parts.push(`${count(params)} params`);
  if (macs > 0) parts.push(`${count(macs)} MACs`);
  return parts.join(' · ');
}

/** Place among the categories' colours: what convolves, normalises, activates, pools, adds; last: the rest. */
function familyOf(kind: string): number {
  const families = [
    /conv|linear|dense|attention/i,
    /norm/i,
    /relu|gelu|silu|swish|activ/i,
    /pool|stride|down/i,
    /^add|^sum|concat/i,
  ];
  const found = families.findIndex((family) => family.test(kind));
  return found < 0 ? families.length : found;
}

function drawLines(pen: Pen, ink: Ink, layers: readonly LayerRow[]): void {
  const middle = MARGIN + BOX.width / 2;
  const right = MARGIN + BOX.width;
  for (const [index, { inputs }] of layers.entries()) {
    if (!(inputs.length === 0 ? [-1] : inputs).includes(index - 1)) continue;
    const top = topOf(index);
    pen.line([middle, top - GAP, middle, top], { colour: ink.faint, width: 1.5 });
    arrow(pen, ink, middle, top, 'down');
  }
  for (const { from, to, lane } of skipsOf(layers)) {
    const x = right + LANE * (lane + 1);
    const [start, end] = [topOf(from) + 0.7 * BOX.height, topOf(to) + 0.3 * BOX.height];
    pen.line([right, start, x, start, x, end, right, end], { colour: ink.accent, width: 1.5 });
    arrow(pen, ink, right, end, 'left');
  }
}

function arrow(pen: Pen, ink: Ink, x: number, y: number, direction: 'down' | 'left'): void {
  const points =
    direction === 'down' ? [x - 4, y - 6, x + 4, y - 6, x, y] : [x + 6, y - 4, x + 6, y + 4, x, y];
  pen.area(points, direction === 'down' ? ink.faint : ink.accent);
}
