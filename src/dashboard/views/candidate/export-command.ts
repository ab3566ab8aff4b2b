/** The shell command that exports a candidate, quoted for a POSIX shell: names of files and experiments may hold anything. */
import { listExperiments, type ExperimentRow, type Store } from '../../../store/index.js';

export function exportCommand(store: Store, row: ExperimentRow, number: number): string {
  // A path that begins with a dash would be taken for an option.
  const database = store.path.startsWith('-') ? `./${store.path}` : store.path;
  const several = listExperiments(store).length > 1;
  return [
    'voxolve export',
    quoted(database),
    ...(several ? [`--experiment=${quoted(row.name)}`] : []),
    `--candidate ${number} --to pytorch -o candidate-${number}`,
  ].join(' ');
}

/** In single quotes nothing is special to a shell but the single quote. */
function quoted(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
