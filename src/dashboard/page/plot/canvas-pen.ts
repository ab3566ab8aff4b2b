/** A pen over a canvas. */
import { FONT, OUTLINES, type Mark, type Pen, type Stroke, type TextStyle } from './pen.js';

/** `context` is scaled already, so that one unit is a CSS pixel. */
export function canvasPen(context: CanvasRenderingContext2D, width: number, height: number): Pen {
  return {
    width,
    height,
    line: (points, stroke) => line(context, points, stroke),
    area: (points, colour, opacity = 1) => {
      context.beginPath();
      trace(context, points);
      filled(context, colour, opacity);
    },
    rect: (box, colour, opacity = 1) => {
      context.globalAlpha = opacity;
      context.fillStyle = colour;
      context.fillRect(...box);
      context.globalAlpha = 1;
    },
    mark: (kind, x, y, radius, colour) => marks(context, kind, [x, y], { radius, colour, opacity: 1 }),
    marks: (kind, points, radius, colour, opacity = 1) =>
      marks(context, kind, points, { radius, colour, opacity }),
    text: (text, x, y, style) => write(context, text, [x, y], style),
    clip: (box, inside) => {
      context.save();
      context.beginPath();
      context.rect(...box);
      context.clip();
      inside();
      context.restore();
    },
  };
}

function line(context: CanvasRenderingContext2D, points: ArrayLike<number>, stroke: Stroke): void {
  context.beginPath();
  trace(context, points);
  context.strokeStyle = stroke.colour;
  context.lineWidth = stroke.width ?? 1;
  context.globalAlpha = stroke.opacity ?? 1;
  context.setLineDash([...(stroke.dash ?? [])]);
  context.lineJoin = 'round';
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function trace(context: CanvasRenderingContext2D, points: ArrayLike<number>): void {
  let down = false;
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x, y] = [points[at] ?? NaN, points[at + 1] ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) down = false;
    else if (down) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      down = true;
    }
  }
}

function filled(context: CanvasRenderingContext2D, colour: string, opacity: number): void {
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}

interface MarkStyle {
  readonly radius: number;
  readonly colour: string;
  readonly opacity: number;
}

/** Small circles of many are squares of pixels, which no eye tells apart and a canvas fills many times as fast. */
function marks(
  context: CanvasRenderingContext2D,
  kind: Mark,
  points: ArrayLike<number>,
  style: MarkStyle,
): void {
  const { radius, colour, opacity } = style;
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  if (points.length > 20_000 && radius <= 2) {
    for (let at = 0; at + 1 < points.length; at += 2) {
      context.fillRect((points[at] ?? 0) - radius, (points[at + 1] ?? 0) - radius, 2 * radius, 2 * radius);
    }
  } else {
    for (let at = 0; at + 1 < points.length; at += 2)
      one(context, kind, points[at] ?? 0, points[at + 1] ?? 0, radius);
  }
  context.globalAlpha = 1;
}

function one(context: CanvasRenderingContext2D, kind: Mark, x: number, y: number, radius: number): void {
  context.beginPath();
  if (kind === 'circle' || kind === 'ring') context.arc(x, y, radius, 0, 2 * Math.PI);
  else if (kind === 'cross') {
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
  } else {
    const outline = OUTLINES[kind];
    for (let at = 0; at < outline.length; at += 2) {
      context.lineTo(x + radius * (outline[at] ?? 0), y + radius * (outline[at + 1] ?? 0));
    }
    context.closePath();
  }
  if (kind === 'cross' || kind === 'ring') {
    context.lineWidth = Math.max(radius / 2.5, 1);
    context.stroke();
  } else context.fill();
}

function write(
  context: CanvasRenderingContext2D,
  text: string,
  [x, y]: readonly [number, number],
  style: TextStyle,
): void {
  context.save();
  context.font = `${style.bold === true ? 'bold ' : ''}${style.size ?? 12}px ${FONT}`;
  context.fillStyle = style.colour;
  context.textAlign = style.align === 'middle' ? 'center' : (style.align ?? 'start');
  context.translate(x, y);
  if (style.upright === true) context.rotate(-Math.PI / 2);
  context.fillText(text, 0, 0);
  context.restore();
}
