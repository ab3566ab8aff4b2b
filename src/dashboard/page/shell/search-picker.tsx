/** Which search is shown, where the server offers several databases or experiments. */
import { useRoute, useView } from '../data.js';
import { name } from '../shared/format.js';
import type { SummaryView } from '../../views/types.js';

export function SearchPicker() {
  const { data } = useView<SummaryView>('/api/summary');
  const { view, argument, query } = useRoute();
  if (data === null) return <span class="search" />;
  const shown = data.status.experiment.name;
  const all = data.databases.flatMap(({ index, path, experiments }) =>
    experiments.map((experiment) => ({ index, path, experiment })),
  );
  if (all.length < 2) return <span class="search">{name(shown)}</span>;
  const path =
    view === 'candidate' || view === 'why' ? 'overview' : [view, argument].filter(Boolean).join('/');
  const current = all.findIndex(
    (one) => one.experiment === shown && one.index === Number(query.get('db') ?? all[0]?.index),
  );
  const choose = (place: number) => {
    const one = all[place];
    if (one !== undefined)
      location.hash = `#/${path}?${new URLSearchParams({ db: String(one.index), experiment: one.experiment }).toString()}`;
  };
  return (
    <label class="search">
      <span class="unseen">Search</span>
      <select value={current} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {all.map(({ experiment, path: file }, place) => (
          <option key={place} value={place}>{`${name(experiment)} – ${name(file, 40)}`}</option>
        ))}
      </select>
    </label>
  );
}
