/** A picture that is fetched under the token once it comes near the screen, few at a time, and forgotten with its frame. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { picture } from '../data.js';
import { atMost } from './at-most.js';

/** Pixels below the screen from which on a picture is fetched. */
const NEAR = '300px';

const few = atMost(3);

export function Picture({ path, alt }: { readonly path: string; readonly alt: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const isNear = useNear(frame);
  const [address, setAddress] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (!isNear) return undefined;
    let wanted = true;
    let made: string | null = null;
    few(async () => {
      if (!wanted) return;
      made = await picture(path);
      if (wanted) setAddress(made);
      else forget(made);
    }).catch((error: unknown) => {
      if (wanted) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => {
      wanted = false;
      setAddress(null);
      if (made !== null) forget(made);
    };
  }, [path, isNear]);
  return (
    <div ref={frame} class="picture">
      {address !== null && <img src={address} alt={alt} />}
      {problem !== null && <p class="failure">{problem}</p>}
      {address === null && problem === null && <span class="empty">Loading …</span>}
    </div>
  );
}

function forget(address: string): void {
  if (address.startsWith('blob:')) URL.revokeObjectURL(address);
}

/** True once an element has come near the screen. */
function useNear(element: { readonly current: HTMLElement | null }): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (element.current === null || isNear) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: NEAR },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isNear]);
  return isNear;
}
