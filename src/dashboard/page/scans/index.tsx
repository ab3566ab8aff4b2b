/** The scans as the network sees them, by split and patient; what was skipped; and samples of the proxy task. */
import type { ScansView as Scans } from '../../views/types.js';
import { name } from '../shared/format.js';
import { Empty, Failure, View } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import type { ViewProps } from '../shared/view-props.js';
import { Batches } from './batches.js';
import { groupsOf, type Group } from './groups.js';
import { Picture } from './picture.js';
import './scans.css';

export const ScansView = (_: ViewProps) => (
  <View<Scans> path="/api/scans">{(scans) => <Sections scans={scans} />}</View>
);

function Sections({ scans: { problem, scans, skipped, batches } }: { readonly scans: Scans }) {
  return (
    <>
      {problem !== null && <Failure message={problem} />}
      {problem === null && scans.length === 0 && <Empty>There are no scans.</Empty>}
      {groupsOf(scans).map((split) => (
        <Split key={split.split} {...split} hasPictures={problem === null} />
      ))}
      <section aria-labelledby="skipped-title">
        <h2 id="skipped-title">Skipped</h2>
        {skipped.length === 0 ? (
          <Empty>No scan was skipped.</Empty>
        ) : (
          <Table caption="Scans that were skipped" columns={columns} rows={skipped} />
        )}
      </section>
      <Batches batches={batches} />
    </>
  );
}

type Skipped = Scans['skipped'][number];

const columns: readonly Column<Skipped>[] = [
  { title: 'Scan', value: ({ name: text }) => text, show: ({ name: text }) => name(text, 80) },
  { title: 'Reason', value: ({ reason }) => reason, show: ({ reason }) => name(reason, 300) },
];

const TITLES: Readonly<Record<Group['split'], string>> = {
  training: 'Scans for training',
  'held out': 'Scans held out for scores',
};

function Split({ split, patients, hasPictures }: Group & { readonly hasPictures: boolean }) {
  const count = patients.reduce((sum, { scans }) => sum + scans.length, 0);
  const people = patients.filter(({ patient }) => patient !== null).length;
  return (
    <section aria-label={TITLES[split]}>
      <h2>{TITLES[split]}</h2>
      <p class="empty">
        {count} scans{people > 0 ? ` of ${people} patients` : ''}
      </p>
      <ul class="patients">
        {patients.map(({ patient, scans }) => (
          <li key={patient ?? ''}>
            {people > 0 && <h3>{patient === null ? 'Patient unknown' : capitalised(name(patient, 40))}</h3>}
            <ul class="sheets">
              {scans.map(({ index, name: text, shape }) => (
                <li key={index}>
                  {hasPictures && (
                    <Picture
                      path={`/api/scans/${index}.png`}
                      alt={`Slices of scan ${name(text)}, ${shape.join(' × ')} voxels`}
                    />
                  )}
                  <p>{name(text, 48)}</p>
                  <p class="empty">{shape.join(' × ')}</p>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The view names patients by number, as `patient 3`. */
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
