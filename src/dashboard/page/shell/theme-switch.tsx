/** Choice of theme. */
import { useState } from 'preact/hooks';
import { choose, chosen, type Theme } from './theme.js';

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosen);
  const change = (value: string) => {
    const next: Theme = value === 'dark' || value === 'light' ? value : 'system';
    choose(next);
    setTheme(next);
  };
  return (
    <label class="theme">
      <span class="unseen">Theme</span>
      <select value={theme} onChange={(event) => change(event.currentTarget.value)}>
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
