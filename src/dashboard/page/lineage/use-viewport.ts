/**
 * The viewport as state: it follows the size of its frame and the growth of the family. Who sees the whole goes on seeing
 * the whole; who looks at a part goes on looking at it, and a selected candidate keeps its place on the screen.
 */
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import type { Places } from './geometry/places.js';
import { fitted, isFitted, panned, resized, type Extent, type Viewport } from './geometry/viewport.js';

export type Change = (viewport: Viewport, extent: Extent) => Viewport;

export interface ViewportControl {
  /** Null until the frame's size is known. */
  readonly viewport: Viewport | null;
  readonly change: (change: Change) => void;
  readonly resize: (width: number, height: number) => void;
}

export function useViewport(places: Places, selected: number | null): ViewportControl {
  const [held, setHeld] = useState<Held | null>(null);
  const now = useRef({ places, selected });
  now.current = { places, selected };
  // Derived while rendering, not set afterwards: a family that has grown is drawn once.
  const viewport = useMemo(() => held && current(held, now.current), [held, places]);
  const change = useCallback(
    (next: Change) =>
      setHeld((last) => {
        const { places: of } = now.current;
        return last && { viewport: next(current(last, now.current), of.extent), places: of };
      }),
    [],
  );
  const resize = useCallback(
    (width: number, height: number) =>
      setHeld((last) => {
        const { places: of } = now.current;
        const before = last && current(last, now.current);
        const after =
          before === null ? fitted(of.extent, width, height) : resized(before, of.extent, width, height);
        return { viewport: after, places: of };
      }),
    [],
  );
  return { viewport, change, resize };
}

/** A viewport, and what it was of. */
interface Held {
  readonly viewport: Viewport;
  readonly places: Places;
}

function current(held: Held, now: { readonly places: Places; readonly selected: number | null }): Viewport {
  return held.places === now.places
    ? held.viewport
    : grown(held.viewport, held.places, now.places, now.selected);
}

/** The viewport after the family has grown, or after its axis was changed. */
function grown(viewport: Viewport, before: Places, after: Places, selected: number | null): Viewport {
  const { width, height, scaleX, scaleY } = viewport;
  const otherAxis = isByNumber(before) !== isByNumber(after);
  if (otherAxis || isFitted(viewport, before.extent)) return fitted(after.extent, width, height);
  if (selected === null) return panned(viewport, after.extent, 0, 0);
  const dx = (before.layout.columns[selected] ?? 0) - (after.layout.columns[selected] ?? 0);
  const dy = (before.layout.rows[selected] ?? 0) - (after.layout.rows[selected] ?? 0);
  return panned(viewport, after.extent, scaleX * dx, scaleY * dy);
}

const isByNumber = ({ layout }: Places): boolean => layout.columns === layout.numbers;
