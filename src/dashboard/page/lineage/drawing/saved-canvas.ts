/** The family on a canvas of its own, with a ground, at twice the screen's size. */
import { canvasPen } from '../../plot/canvas-pen.js';
import { inkOf } from '../../shared/palette.js';
import { rgb } from './colours.js';
import { drawFew, drawPath, drawPathCandidates, FEW, type Scene } from './draw.js';
import { countVisible, windowOf } from '../geometry/places.js';
import { Raster } from './raster.js';

const RATIO = 2;

export function savedCanvas(scene: Scene, dark: boolean): HTMLCanvasElement {
  const { width, height } = scene.viewport;
  const ink = inkOf(dark);
  const [canvas, layer] = [document.createElement('canvas'), document.createElement('canvas')];
  for (const each of [canvas, layer]) [each.width, each.height] = [RATIO * width, RATIO * height];
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no canvas.');
  context.scale(RATIO, RATIO);
  const pen = canvasPen(context, width, height);
  pen.rect([0, 0, width, height], ink.ground);
  if (countVisible(scene.places, windowOf(scene.viewport), FEW) <= FEW) {
    drawFew(pen, ink, scene);
    return canvas;
  }
  const pixels = new Raster().draw(scene.places, scene.viewport, scene.colours, rgb(ink.faint), RATIO);
  layer.getContext('2d')?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  context.drawImage(layer, 0, 0, width, height);
  drawPath(pen, ink, scene);
  drawPathCandidates(pen, ink, scene);
  return canvas;
}
