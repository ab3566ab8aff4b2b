/** Work that waits until it can be seen. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props<T> {
  readonly value: T;
  readonly children: (value: T) => ComponentChildren;
}

/** How far beyond the window something is near. */
const MARGIN = '300px';

/**
 * Shows a value that changes. While it is far from what the window shows it stays as it is, and catches up when it comes
 * near, or when the page is printed: a change costs what is seen of it.
 */
export function WhenNear<T>({ value, children }: Props<T>) {
  const [near, setNear] = useState(true);
  const shown = useRef(value);
  const place = useRef<HTMLDivElement>(null);
  if (near) shown.current = value;
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    const print = () => setNear(true);
    addEventListener('beforeprint', print);
    return () => {
      observer.disconnect();
      removeEventListener('beforeprint', print);
    };
  }, []);
  return <div ref={place}>{children(shown.current)}</div>;
}
