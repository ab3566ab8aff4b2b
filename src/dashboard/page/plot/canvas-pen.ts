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

function marks(
  context: CanvasRenderingContext2D,
  kind: Mark,
  points: ArrayLike<number>,
  style: MarkStyle,
): void {
  const { radius, colour, opacity } = style;
  if (points.length > 20_000 && radius <= 2) {
    context.drawImage(...squares(context, points, style));
    return;
  }
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  for (let at = 0; at + 1 < points.length; at += 2)
    one(context, kind, points[at] ?? 0, points[at + 1] ?? 0, radius);
  context.globalAlpha = 1;
}

/**
 * Small marks of many as squares, which no eye tells apart: drawn pixel by pixel into memory of our own, since a canvas takes tens of
 * milliseconds for 100,000 of them. Where some lie over each other the picture is as opaque as if they had been drawn one by one.
 * Returns the picture and the box that it fills.
 */
function squares(
  context: CanvasRenderingContext2D,
  points: ArrayLike<number>,
  { radius, colour, opacity }: MarkStyle,
): [HTMLCanvasElement, number, number, number, number] {
  const picture = document.createElement('canvas');
  const { width, height } = context.canvas;
  [picture.width, picture.height] = [width, height];
  const ratio = context.getTransform().a;
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  const counts = counted(points, { width, height, ratio, edge: Math.max(1, Math.round(2 * radius * ratio)) });
  // Black so far; the opacity is the last byte of a word on every machine that browsers run on (all are little-endian).
  const ink = Uint32Array.from(
    { length: 256 },
    (_, count) => (Math.round(255 * (1 - (1 - opacity) ** count)) << 24) >>> 0,
  );
  for (let at = 0; at < words.length; at += 1) words[at] = ink[counts[at] ?? 0] ?? 0;
  const own = picture.getContext('2d');
  own?.putImageData(image, 0, 0);
  if (own !== null) {
    own.globalCompositeOperation = 'source-in';
    own.fillStyle = colour;
    own.fillRect(0, 0, width, height);
  }
  return [picture, 0, 0, width / ratio, height / ratio];
}

interface Grid {
  /** In device pixels, as the edge of a square is. */
  readonly width: number;
  readonly height: number;
  readonly edge: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** Squares over each pixel, 255 at most. */
function counted(points: ArrayLike<number>, { width, height, edge, ratio }: Grid): Uint8Array {
  const counts = new Uint8Array(width * height);
  for (let at = 0; at + 1 < points.length; at += 2) {
    const left = Math.round((points[at] ?? 0) * ratio - edge / 2);
    const top = Math.round((points[at + 1] ?? 0) * ratio - edge / 2);
    for (let y = Math.max(0, top); y < Math.min(height, top + edge); y += 1) {
      for (let x = Math.max(0, left); x < Math.min(width, left + edge); x += 1) {
        const count = counts[y * width + x] ?? 0;
        if (count < 255) counts[y * width + x] = count + 1;
      }
    }
  }
  return counts;
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
