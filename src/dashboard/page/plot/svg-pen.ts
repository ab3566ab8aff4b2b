/** A pen that writes SVG 1.1. Every text is escaped: names of genes and files are hostile input. */
import { FONT, OUTLINES, type Box, type Mark, type Pen, type Stroke, type TextStyle } from './pen.js';

/** The pen, and what it has drawn as a document. */
export function svgPen(
  width: number,
  height: number,
): { readonly pen: Pen; readonly document: () => string } {
  const parts: string[] = [];
  let clips = 0;
  const pen: Pen = {
    width,
    height,
    line: (points, stroke) => void parts.push(`<path d="${path(points)}" fill="none"${strokeOf(stroke)}/>`),
    area: (points, colour, opacity = 1) =>
      void parts.push(`<path d="${path(points)}Z" fill="${escaped(colour)}" fill-opacity="${opacity}"/>`),
    rect: (box, colour, opacity = 1) =>
      void parts.push(`<rect ${boxOf(box)} fill="${escaped(colour)}" fill-opacity="${opacity}"/>`),
    mark: (kind, x, y, radius, colour) => void parts.push(markOf(kind, [x, y], radius, colour)),
    marks: (kind, points, radius, colour, opacity = 1) => {
      parts.push(`<g opacity="${opacity}">`, markOf(kind, points, radius, colour), '</g>');
    },
    text: (text, x, y, style) => void parts.push(textOf(text, x, y, style)),
    clip: (box, inside) => {
      clips += 1;
      parts.push(
        `<clipPath id="clip${clips}"><rect ${boxOf(box)}/></clipPath><g clip-path="url(#clip${clips})">`,
      );
      inside();
      parts.push('</g>');
    },
  };
  const document = () =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">${parts.join('\n')}</svg>\n`;
  return { pen, document };
}

const boxOf = ([x, y, w, h]: Box): string =>
  `x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}"`;

const short = (value: number): string => String(Math.round(value * 100) / 100);

const escaped = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- XML allows none of them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function path(points: ArrayLike<number>): string {
  const parts: string[] = [];
  let down = false;
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x, y] = [points[at] ?? NaN, points[at + 1] ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) down = false;
    else {
      parts.push(`${down ? 'L' : 'M'}${short(x)} ${short(y)}`);
      down = true;
    }
  }
  return parts.join('');
}

function strokeOf({ colour, width = 1, dash = [], opacity = 1 }: Stroke): string {
  const dashes = dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
  return ` stroke="${escaped(colour)}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"${dashes}`;
}

/** All marks of one kind and colour as one path. */
function markOf(kind: Mark, points: ArrayLike<number>, radius: number, colour: string): string {
  const open = kind === 'cross' || kind === 'ring';
  const shapes: string[] = [];
  for (let at = 0; at + 1 < points.length; at += 2)
    shapes.push(shape(kind, points[at] ?? 0, points[at + 1] ?? 0, radius));
  const paint = open
    ? `fill="none" stroke="${escaped(colour)}" stroke-width="${short(Math.max(radius / 2.5, 1))}"`
    : `fill="${escaped(colour)}"`;
  return `<path d="${shapes.join('')}" ${paint}/>`;
}

function shape(kind: Mark, x: number, y: number, r: number): string {
  if (kind === 'circle' || kind === 'ring') {
    const arc = `a${short(r)} ${short(r)} 0 1 0`;
    return `M${short(x - r)} ${short(y)}${arc} ${short(2 * r)} 0${arc} ${short(-2 * r)} 0Z`;
  }
  if (kind === 'cross') {
    return path([x - r, y - r, x + r, y + r, NaN, NaN, x + r, y - r, x - r, y + r]);
  }
  return `${path(OUTLINES[kind].map((value, index) => (index % 2 === 0 ? x : y) + r * value))}Z`;
}

function textOf(text: string, x: number, y: number, style: TextStyle): string {
  const turned = style.upright === true ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : '';
  const bold = style.bold === true ? ' font-weight="bold"' : '';
  return `<text x="${short(x)}" y="${short(y)}" font-size="${style.size ?? 12}" fill="${escaped(style.colour)}" text-anchor="${style.align ?? 'start'}"${bold}${turned}>${escaped(text)}</text>`;
}
