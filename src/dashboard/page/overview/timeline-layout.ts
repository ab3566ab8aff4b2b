/** Where the spans of a timeline stand, and how it is drawn. */
import type { Box, Pen } from '../plot/pen.js';
import { clockTicks } from '../plot/scale.js';
import { clock, name } from '../shared/format.js';
import type { Ink } from '../shared/palette.js';
import type { TimelineSpan } from '../../views/types.js';

type Lane = Pick<TimelineSpan, 'worker' | 'slot' | 'processorClass'>;

export interface TimelineLayout {
  /** By start. */
  readonly spans: readonly TimelineSpan[];
  /** A row for each thing that a worker did at once, workers of one class together. */
  readonly lanes: readonly Lane[];
  /** Seconds since the experiment was created. */
  readonly from: number;
  readonly to: number;
}

export const AXIS_HEIGHT = 26;
export const LEGEND_HEIGHT = 24;
const HIGHEST_LANE = 30;
const MOST_HEIGHT = 480;
/** Below this height of a row, names would lie on each other. */
const READABLE = 12;

const STYLES = {
  search: { colour: 0, share: 0.6, name: 'Search' },
  trust: { colour: 4, share: 0.8, name: 'Full evaluation' },
  winner: { colour: 2, share: 1, name: 'Repetition' },
} as const;

export function layoutOf(spans: readonly TimelineSpan[]): TimelineLayout {
  const lanes = new Map<string, Lane>();
  for (const { worker, slot, processorClass } of spans)
    lanes.set(`${slot}\n${worker}`, { worker, slot, processorClass });
  const key = ({ worker, slot, processorClass }: Lane) => `${processorClass ?? ''}\n${worker}\n${slot}`;
  return {
    spans: [...spans].sort((a, b) => a.end - a.seconds - (b.end - b.seconds)),
    lanes: [...lanes.values()].sort((a, b) => key(a).localeCompare(key(b), 'en', { numeric: true })),
    from: spans.reduce((least, { end, seconds }) => Math.min(least, end - seconds), Infinity),
    to: spans.reduce((most, { end }) => Math.max(most, end), -Infinity),
  };
}

export const laneHeight = ({ lanes }: TimelineLayout): number =>
  Math.max(3, Math.min(HIGHEST_LANE, Math.floor(MOST_HEIGHT / Math.max(lanes.length, 1))));

const isIn = (lane: Lane, { worker, slot }: TimelineSpan): boolean =>
  lane.worker === worker && lane.slot === slot;

const leftOf = (width: number): number => Math.min(150, width * 0.28);

export function placeOf(layout: TimelineLayout, span: TimelineSpan, width: number): Box {
  const left = leftOf(width);
  const scale = (width - left - 12) / Math.max(layout.to - layout.from, 1e-9);
  const lane = layout.lanes.findIndex((row) => isIn(row, span));
  const height = laneHeight(layout);
  const own = (height - 2) * STYLES[span.purpose].share;
  const x = left + (span.end - span.seconds - layout.from) * scale;
  return [x, lane * height + (height - own) / 2, Math.max(span.seconds * scale - 0.5, 1), own];
}

/** Index of the span at a place; null where none is. */
export function spanAt(
  layout: TimelineLayout,
  [x, y]: readonly [number, number],
  width: number,
): number | null {
  const lane = layout.lanes[Math.floor(y / laneHeight(layout))];
  const found = layout.spans.findLastIndex((span) => {
    if (lane === undefined || !isIn(lane, span)) return false;
    const [left, , wide] = placeOf(layout, span, width);
    return x >= left - 1 && x <= left + wide + 1;
  });
  return found < 0 ? null : found;
}

export function drawTimeline(pen: Pen, ink: Ink, layout: TimelineLayout): void {
  const height = laneHeight(layout);
  const bottom = layout.lanes.length * height;
  const left = leftOf(pen.width);
  const letters = Math.floor((left - 8) / 6.4);
  const every = Math.ceil(READABLE / height);
  for (const [index, { worker, slot, processorClass }] of layout.lanes.entries()) {
    const y = index * height;
    pen.line([0, y + height, pen.width, y + height], { colour: ink.grid });
    // A worker's name stands once, beside the first of its rows.
    if (index % every !== 0 || slot > 0) continue;
    const two = processorClass !== null && height >= 28;
    pen.text(name(worker, letters), 0, y + height / 2 + (two ? -2 : 4), { colour: ink.text, size: 11 });
    if (two)
      pen.text(name(processorClass, letters + 3), 0, y + height / 2 + 10, { colour: ink.faint, size: 9.5 });
  }
  for (const span of layout.spans) {
    pen.rect(placeOf(layout, span, pen.width), ink.categories[STYLES[span.purpose].colour] ?? ink.accent);
  }
  drawTimes(pen, ink, { layout, left, bottom });
  const used = new Set(layout.spans.map(({ purpose }) => purpose));
  let at = 0;
  for (const [purpose, style] of Object.entries(STYLES)) {
    if (!used.has(purpose as TimelineSpan['purpose'])) continue;
    const tall = 12 * style.share;
    pen.rect([at, pen.height - 4 - tall, 12, tall], ink.categories[style.colour] ?? ink.accent);
    pen.text(style.name, at + 17, pen.height - 5, { colour: ink.text, size: 11 });
    at += 34 + 6 * style.name.length;
  }
}

function drawTimes(
  pen: Pen,
  ink: Ink,
  {
    layout,
    left,
    bottom,
  }: { readonly layout: TimelineLayout; readonly left: number; readonly bottom: number },
): void {
  const width = pen.width - left - 12;
  const { from, to } = layout;
  for (const tick of clockTicks(from, to, Math.max(2, Math.floor(width / 90)))) {
    const x = left + (width * (tick - from)) / Math.max(to - from, 1e-9);
    pen.line([x, bottom, x, bottom + 4], { colour: ink.faint });
    const text = clock(tick);
    const isCut = x + 3.5 * text.length > pen.width;
    pen.text(text, isCut ? pen.width : x, bottom + 17, {
      colour: ink.faint,
      size: 11,
      align: isCut ? 'end' : 'middle',
    });
  }
}
