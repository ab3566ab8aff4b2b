/** Dark or light: as the system says, or as the reader chose. The choice stands as an attribute for the style sheet. */
import { useEffect, useState } from 'preact/hooks';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'voxolve-theme';
const CHANGED = 'voxolve-theme-changed';

export function startTheme(): void {
  apply(chosen());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    window.dispatchEvent(new Event(CHANGED)),
  );
}

export function chosen(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function choose(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // a page without storage keeps it until it is closed
  }
  apply(theme);
  window.dispatchEvent(new Event(CHANGED));
}

/** True where the page is dark now. */
export function isDark(): boolean {
  const set = document.documentElement.dataset['theme'];
  return set === 'dark' || (set !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}

/** True where the page is dark; draws the caller again when that changes, as canvases need. */
export function useDark(): boolean {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const follow = () => setDark(isDark());
    window.addEventListener(CHANGED, follow);
    return () => window.removeEventListener(CHANGED, follow);
  }, []);
  return dark;
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
