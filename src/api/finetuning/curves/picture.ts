/**
 * A picture of label-efficiency curves, as SVG and as PNG: drawn by Vega without a browser, and by resvg with a font that comes
 * with voxolve, so that it is the same on every machine.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FONT } from './look.js';
import { curvesSpec } from './spec.js';
import type { LabelCurves } from './summary.js';

export interface CurvesPicture {
  readonly svg: string;
  readonly png: Uint8Array;
}

/** Pixels for a unit of the SVG, for screens with many. */
const SCALE = 2;

export async function curvesPicture(curves: LabelCurves): Promise<CurvesPicture> {
  const { parse, View } = await import('vega');
  const view = new View(parse(curvesSpec(curves)), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    return { svg, png: await pngOf(svg) };
  } finally {
    view.finalize();
  }
}

const require = createRequire(import.meta.url);
let initialised: Promise<void> | undefined;

async function pngOf(svg: string): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  initialised ??= initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  await initialised;
  const files = ['400', '700'].map((weight) =>
    readFileSync(
      require.resolve(`@fontsource/source-sans-3/files/source-sans-3-latin-${weight}-normal.woff2`),
    ),
  );
  const font = { fontBuffers: files, defaultFontFamily: FONT, sansSerifFamily: FONT };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: SCALE } }).render().asPng();
}
