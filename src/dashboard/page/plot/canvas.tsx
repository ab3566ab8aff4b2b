/** A canvas as wide as its frame, sharp on dense screens, drawn again when its drawing, its width or the theme changes. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { inkOf } from '../shared/palette.js';
import { timed } from '../shared/timed.js';
import { useDark } from '../shell/theme.js';
import { canvasPen } from './canvas-pen.js';
import type { Draw } from './saved.js';

interface Props {
  readonly draw: Draw;
  readonly height: number;
  /** Name for those who do not see it. */
  readonly label: string;
  /** Over the drawing, drawn again alone: what the pointer is at. */
  readonly overlay?: Draw | undefined;
  /** With the place in the drawing, and the drawing's width. */
  readonly onPointer?: (place: readonly [x: number, y: number], event: PointerEvent, width: number) => void;
  readonly onLeave?: () => void;
  readonly onKey?: (event: KeyboardEvent) => void;
}

export function Canvas({ draw, height, label, overlay, onPointer, onLeave, onKey }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [below, above] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const width = useWidth(frame);
  const dark = useDark();
  useLayoutEffect(
    () => timed('plot-draw', () => paint(below.current, draw, [width, height], dark)),
    [draw, width, height, dark],
  );
  useLayoutEffect(
    () => paint(above.current, overlay ?? (() => {}), [width, height], dark),
    [overlay, width, height, dark],
  );
  const pointer = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (box !== undefined) onPointer?.([event.clientX - box.left, event.clientY - box.top], event, width);
  };
  return (
    <div
      ref={frame}
      class="canvas"
      style={{ height: `${height}px` }}
      role={onKey === undefined ? 'img' : 'application'}
      aria-label={label}
      tabIndex={onKey === undefined ? undefined : 0}
      onPointerMove={pointer}
      onPointerDown={pointer}
      onPointerUp={pointer}
      onPointerLeave={onLeave}
      onKeyDown={onKey}
    >
      <canvas ref={below} aria-hidden="true" />
      <canvas ref={above} aria-hidden="true" />
    </div>
  );
}

/** Width of an element in CSS pixels, followed. */
export function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

function paint(
  canvas: HTMLCanvasElement | null,
  draw: Draw,
  [width, height]: readonly [number, number],
  dark: boolean,
): void {
  if (canvas === null || width === 0) return;
  const dense = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * dense), Math.round(height * dense)];
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(dense, dense);
  draw(canvasPen(context, width, height), inkOf(dark));
}
