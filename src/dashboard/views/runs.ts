/**
 * Reports of runs in the folder of the database: fine-tunings, their evaluations on other scans, federations.
 *
 * A run is a folder beside the database with a `run.json` or a `report.json`; its evaluations lie in its folder `evaluations`.
 * What lies there is not trusted: links are not followed, and what cannot be read is told in a note.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExperimentRow, Store } from '../../store/index.js';
import { contentOf } from './runs-beside/report-content.js';
import { readUntrusted } from './runs-beside/read-untrusted.js';
import type { RunsView } from './types.js';

type Run = RunsView['runs'][number];

/** Folders that are looked into. */
const MOST = 1000;

export function runsView(store: Store, _row: ExperimentRow): RunsView {
  const folder = dirname(store.path);
  const runs = foldersIn(folder).flatMap((name): Run[] => {
    const own = runIn(join(folder, name), name, 'report');
    const inside = join(name, 'evaluations');
    const evaluations = foldersIn(join(folder, inside), folderNamed(join(folder, name), 'evaluations'));
    return [
      ...(own === null ? [] : [own]),
      ...evaluations.flatMap(
        (one) => runIn(join(folder, inside, one), `${name}/evaluations/${one}`, 'evaluation') ?? [],
      ),
    ];
  });
  return { runs };
}

/** Null where a folder holds no run. `kind`: what it is called unless it says itself. */
function runIn(folder: string, name: string, kind: string): Run | null {
  const report = readUntrusted(join(folder, 'report.json'));
  const isRun = readUntrusted(join(folder, 'run.json')).kind !== 'absent';
  const named = { name, kind: isRun ? 'fine-tuning' : kind, metrics: [] };
  if (report.kind === 'absent')
    return isRun ? { ...named, notes: ['it has no report.json yet: the run has not finished'] } : null;
  if (report.kind === 'refused') return { ...named, notes: [`report.json ${report.reason}`] };
  const content = contentOf(report.value);
  if (content !== null) return { ...named, ...content };
  // Other commands write reports of other forms, such as counts of a de-identification.
  return isRun ? { ...named, notes: ['report.json has not the form of a report'] } : null;
}

/** Names of folders, without links to some; none where the folder cannot be read or `there` is false. */
function foldersIn(folder: string, there = true): readonly string[] {
  if (!there) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
      .slice(0, MOST);
  } catch {
    return [];
  }
}

const folderNamed = (folder: string, name: string): boolean => foldersIn(folder).includes(name);
