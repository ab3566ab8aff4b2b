/** The shell: heading, navigation, which search is shown, theme, and the view of the address. */
import { useEffect, useRef } from 'preact/hooks';
import { linkTo, useRoute } from '../data.js';
import { Failure } from '../shared/states.js';
import { ConnectionNote } from './connection.js';
import { SearchPicker } from './search-picker.js';
import { ThemeSwitch } from './theme-switch.js';
import { VIEWS } from './views.js';

export function App() {
  const { view, argument } = useRoute();
  const entry = Object.hasOwn(VIEWS, view) ? VIEWS[view] : undefined;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const title =
    entry === undefined ? 'Not found' : `${entry.title}${argument === null ? '' : ` ${argument}`}`;
  useEffect(() => {
    document.title = `${title} – voxolve`;
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the view
      </a>
      <header>
        <a class="brand" href={linkTo('overview')}>
          voxolve
        </a>
        <SearchPicker />
        <ConnectionNote />
        <ThemeSwitch />
      </header>
      <nav aria-label="Views">
        {Object.entries(VIEWS)
          .filter(([, { listed }]) => listed)
          .map(([name, { title: label }]) => (
            <a key={name} href={linkTo(name)} aria-current={name === view ? 'page' : undefined}>
              {label}
            </a>
          ))}
      </nav>
      <main ref={main} id="main" tabIndex={-1}>
        <h1>{title}</h1>
        {entry === undefined ? (
          <Failure message="There is no such view." />
        ) : (
          <entry.component key={`${view} ${argument}`} argument={argument} />
        )}
      </main>
    </>
  );
}
