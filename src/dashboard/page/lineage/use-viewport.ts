/**
 * The viewport as state: it follows the size of its frame and the growth of the family. Who sees the whole goes on seeing
 * the whole; who looks at a part goes on looking at it, and a selected candidate keeps its place on the screen.
 */
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
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
  const [viewport, setViewport] = useState<Viewport | null>(null);
  const last = useRef(places);
  const { extent } = places;
  useLayoutEffect(() => {
    const before = last.current;
    last.current = places;
    if (before !== places) setViewport((now) => now && grown(now, before, places, selected));
  }, [places]);
  const change = useCallback(
    (next: Change) => setViewport((now) => now && next(now, extent)),
    [extent.columns, extent.rows],
  );
  const resize = useCallback(
    (width: number, height: number) =>
      setViewport((now) =>
        now === null ? fitted(extent, width, height) : resized(now, extent, width, height),
      ),
    [extent.columns, extent.rows],
  );
  return { viewport, change, resize };
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
