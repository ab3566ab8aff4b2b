/**
 * Pointer, wheel and keys over the family. Dragging pans, two fingers and the wheel zoom (with Shift along x alone, with
 * Alt along y alone), a click selects; the keys are listed in controls.tsx. Listeners are of the element itself, since a
 * wheel that zooms must not scroll the page too, which only a listener that is not passive can prevent.
 */
import { useEffect, useRef } from 'preact/hooks';
import { goTo } from '../data.js';
import { pick, type Picked } from './geometry/pick.js';
import type { Places } from './geometry/places.js';
import type { ViewportControl } from './use-viewport.js';
import { fitted, focused, isFitted, panned, showing, zoomed, type Viewport } from './geometry/viewport.js';
import { stepTo, type StepTo } from './geometry/walk.js';

interface Context {
  readonly places: Places;
  readonly control: ViewportControl;
  readonly selected: number | null;
  readonly select: (index: number | null) => void;
  readonly setHovered: (picked: Picked | null) => void;
}

/** A press that moved less than this is a click. */
const CLICK_PIXELS = 5;
const STEP = 1.4;

export function useGestures(frame: { readonly current: HTMLElement | null }, context: Context): void {
  const now = useRef(context);
  now.current = context;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const ended = new AbortController();
    const { signal } = ended;
    const place = (event: MouseEvent) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    element.addEventListener('wheel', (event) => onWheel(event, place(event), now.current), {
      passive: false,
      signal,
    });
    element.addEventListener('keydown', (event) => onKey(event, now.current), { signal });
    addPointers(element, place, () => now.current, signal);
    return () => ended.abort();
  }, []);
}

type At = { readonly x: number; readonly y: number };

function onWheel(event: WheelEvent, at: At, { control, places }: Context): void {
  // Browsers turn the wheel with Shift into a horizontal one.
  const delta = event.deltaY === 0 ? event.deltaX : event.deltaY;
  const { viewport } = control;
  // The page scrolls on where there is nothing to zoom out of.
  if (viewport === null || (delta > 0 && isFitted(viewport, places.extent))) return;
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
  const factor = Math.exp(-0.002 * Math.max(-300, Math.min(300, delta * lines)));
  const factors = { x: event.altKey ? 1 : factor, y: event.shiftKey ? 1 : factor };
  control.change((now, extent) => zoomed(now, extent, at, factors));
}

function addPointers(
  element: HTMLElement,
  place: (event: MouseEvent) => At,
  context: () => Context,
  signal: AbortSignal,
): void {
  const down = new Map<number, At>();
  let start: At | null = null;
  let dragged = false;
  element.addEventListener(
    'pointerdown',
    (event) => {
      down.set(event.pointerId, place(event));
      if (down.size === 1) [start, dragged] = [place(event), false];
      else dragged = true;
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const at = place(event);
      const before = down.get(event.pointerId);
      const { places, control, setHovered } = context();
      if (before === undefined) {
        if (control.viewport !== null) setHovered(pick(places, control.viewport, at.x, at.y));
        return;
      }
      if (!dragged && start !== null && distance(start, at) < CLICK_PIXELS) return;
      if (!dragged) element.setPointerCapture(event.pointerId);
      dragged = true;
      const others = [...down].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
      down.set(event.pointerId, at);
      control.change((now, extent) => {
        const other = others[0];
        if (other === undefined) return panned(now, extent, at.x - before.x, at.y - before.y);
        const factor = distance(other, at) / Math.max(1, distance(other, before));
        return zoomed(now, extent, other, { x: factor, y: factor });
      });
    },
    { signal },
  );
  const up = (event: PointerEvent) => {
    const wasDown = down.delete(event.pointerId);
    const { places, control, select } = context();
    if (event.type !== 'pointerup' || !wasDown || dragged || control.viewport === null) return;
    const at = place(event);
    select(pick(places, control.viewport, at.x, at.y)?.index ?? null);
  };
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
  element.addEventListener('pointerleave', () => context().setHovered(null), { signal });
}

const distance = (a: At, b: At): number => Math.hypot(a.x - b.x, a.y - b.y);

const WALKS: Readonly<Record<string, StepTo>> = {
  ArrowLeft: 'parent',
  ArrowRight: 'child',
  ArrowUp: 'above',
  ArrowDown: 'below',
};
const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function onKey(event: KeyboardEvent, context: Context): void {
  const { control, select, selected } = context;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const walk = WALKS[event.key];
  const pan = PANS[event.key];
  if (event.shiftKey && pan !== undefined) {
    control.change((now, extent) => panned(now, extent, (pan[0] * now.width) / 4, (pan[1] * now.height) / 4));
  } else if (walk !== undefined) walkTo(context, walk);
  else if (event.key === '+' || event.key === '=') zoomAbout(context, STEP);
  else if (event.key === '-') zoomAbout(context, 1 / STEP);
  else if (event.key === '0' || event.key === 'Home') showAll(control);
  else if (event.key === 'Escape') select(null);
  else if (selected === null) return;
  else if (event.key === 'Enter') goTo(`candidate/${context.places.layout.numbers[selected] ?? 0}`);
  else if (event.key === 'w') goTo(`why/${context.places.layout.numbers[selected] ?? 0}`);
  else if (event.key === 'f') focusOn(context, selected);
  else return;
  event.preventDefault();
}

function walkTo({ places, control, selected, select }: Context, walk: StepTo): void {
  const next = selected === null ? 0 : stepTo(places, selected, walk);
  select(next);
  control.change((now, extent) =>
    showing(now, extent, places.layout.columns[next] ?? 0, places.layout.rows[next] ?? 0),
  );
}

function focusOn({ places, control }: Pick<Context, 'places' | 'control'>, index: number): void {
  control.change((now, extent) =>
    focused(now, extent, places.layout.columns[index] ?? 0, places.layout.rows[index] ?? 0),
  );
}

export function showAll(control: ViewportControl): void {
  control.change((now, extent) => fitted(extent, now.width, now.height));
}

/** Zooms about the selected candidate where it is in sight, else about the middle. */
function zoomAbout({ places, control, selected }: Context, factor: number): void {
  control.change((now, extent) => {
    const at = selected === null ? null : placeIn(now, places, selected);
    const inSight = at !== null && at.x >= 0 && at.x <= now.width && at.y >= 0 && at.y <= now.height;
    const middle = { x: now.width / 2, y: now.height / 2 };
    return zoomed(now, extent, inSight ? at : middle, { x: factor, y: factor });
  });
}

function placeIn({ scaleX, scaleY, offsetX, offsetY }: Viewport, places: Places, index: number): At {
  return {
    x: scaleX * (places.layout.columns[index] ?? 0) + offsetX,
    y: scaleY * (places.layout.rows[index] ?? 0) + offsetY,
  };
}
