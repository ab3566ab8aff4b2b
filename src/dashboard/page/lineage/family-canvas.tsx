/**
 * The family on two canvases, one over the other: candidates and edges below, drawn anew when they or the viewport change;
 * the path, what is selected and what the pointer is at above, so that moving the pointer draws nothing else anew.
 */
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { LineageView } from '../../views/types.js';
import { canvasPen } from '../plot/canvas-pen.js';
import { inkOf } from '../shared/palette.js';
import { useDark } from '../shell/theme.js';
import { rgb, type Colours } from './drawing/colours.js';
import { drawFew, drawMarks, drawPath, drawPathCandidates, FEW, type Scene } from './drawing/draw.js';
import { useGestures } from './gestures.js';
import type { Picked } from './geometry/pick.js';
import { countVisible, windowOf, type Places } from './geometry/places.js';
import { Raster } from './drawing/raster.js';
import { fullHeight } from './geometry/viewport.js';
import { timed } from '../shared/timed.js';
import type { ViewportControl } from './use-viewport.js';

interface Props {
  readonly view: LineageView;
  readonly places: Places;
  readonly colours: Colours;
  readonly control: ViewportControl;
  readonly path: readonly number[];
  /** Indices. */
  readonly selected: number | null;
  readonly hovered: number | null;
  readonly select: (index: number | null) => void;
  readonly setHovered: (picked: Picked | null) => void;
}

export function FamilyCanvas(props: Props) {
  const { view, places, colours, control, path, selected, hovered } = props;
  const { viewport } = control;
  const frame = useRef<HTMLDivElement>(null);
  const [below, above] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const raster = useMemo(() => new Raster(), []);
  const dark = useDark();
  useFrameSize(frame, control);
  useGestures(frame, props);
  const isFew = useMemo(
    () => viewport !== null && countVisible(places, windowOf(viewport), FEW) <= FEW,
    [places, viewport],
  );
  useLayoutEffect(() => {
    if (viewport === null || below.current === null) return;
    const canvas = below.current;
    const scene: Scene = { view, places, colours, viewport, path };
    timed('lineage-draw', () => (isFew ? inkFew(canvas, scene, dark) : inkMany(canvas, scene, dark, raster)));
  }, [view, places, colours, viewport, dark, isFew, isFew ? path : null]);
  useLayoutEffect(() => {
    if (viewport === null || above.current === null) return;
    const scene: Scene = { view, places, colours, viewport, path };
    const ink = inkOf(dark);
    const pen = sizedPen(above.current, scene);
    if (!isFew) {
      drawPath(pen, ink, scene);
      drawPathCandidates(pen, ink, scene);
    }
    drawMarks(pen, ink, scene, { selected, hovered });
  }, [view, places, colours, viewport, dark, isFew, path, selected, hovered]);
  return (
    <div
      ref={frame}
      class="canvas family-canvas"
      style={{ maxHeight: `${fullHeight(places.extent.rows)}px` }}
      role="application"
      tabIndex={0}
      aria-label={`Family of ${places.layout.size} candidates`}
      aria-describedby="family-keys"
    >
      <canvas ref={below} aria-hidden="true" />
      <canvas ref={above} aria-hidden="true" />
    </div>
  );
}

/** Tells the viewport how large the frame is. */
function useFrameSize(frame: { readonly current: HTMLElement | null }, control: ViewportControl): void {
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    control.resize(element.clientWidth, element.clientHeight);
    const observer = new ResizeObserver(() => control.resize(element.clientWidth, element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [control.resize]);
}

/** A pen over an empty canvas of the viewport's size. */
function sizedPen(canvas: HTMLCanvasElement, { viewport }: Scene): ReturnType<typeof canvasPen> {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = viewport;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no canvas.');
  context.scale(ratio, ratio);
  return canvasPen(context, width, height);
}

function inkFew(canvas: HTMLCanvasElement, scene: Scene, dark: boolean): void {
  drawFew(sizedPen(canvas, scene), inkOf(dark), scene);
}

function inkMany(canvas: HTMLCanvasElement, scene: Scene, dark: boolean, raster: Raster): void {
  const ratio = window.devicePixelRatio || 1;
  const { width, height, data } = raster.draw(
    scene.places,
    scene.viewport,
    scene.colours,
    rgb(inkOf(dark).faint),
    ratio,
  );
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
}
