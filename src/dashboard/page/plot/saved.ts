/** A plot as a file: the same drawing by another pen. */
import type { Ink } from '../shared/palette.js';
import { canvasPen } from './canvas-pen.js';
import type { Pen } from './pen.js';
import { svgPen } from './svg-pen.js';

/** Draws a plot of the pen's size. Pure: what it draws depends on its arguments only. */
export type Draw = (pen: Pen, ink: Ink) => void;

export function drawnAsSvg(draw: Draw, [width, height]: readonly [number, number], ink: Ink): string {
  const { pen, document } = svgPen(width, height);
  pen.rect([0, 0, width, height], ink.ground);
  draw(pen, ink);
  return document();
}

/** At twice the size, for print. */
export function drawnAsPng(draw: Draw, [width, height]: readonly [number, number], ink: Ink): Promise<Blob> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  const context = canvas.getContext('2d');
  if (context === null) return Promise.reject(new Error('This browser draws no canvas.'));
  context.scale(2, 2);
  const pen = canvasPen(context, width, height);
  pen.rect([0, 0, width, height], ink.ground);
  draw(pen, ink);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob))),
  );
}
