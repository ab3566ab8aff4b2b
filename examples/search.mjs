/**
 * A search through the library: started, cancelled on the way, resumed, and shown.
 *
 *     node examples/search.mjs [DATABASE]
 *
 * It searches eight small networks on generated volumes, which takes about a quarter of a minute on two cores. The
 * lineage is the one that the command line gives for the same experiment: `npx voxolve search examples/search.json --db other.db`.
 */
import { lineage, resume, search, status, verify } from 'voxolve';

const database = process.argv[2] ?? 'runs/example.db';
const experiment = new URL('search.json', import.meta.url).pathname;

/** Prints one line for each finished candidate; all other events are left out. */
function onEvent(event) {
  if (event.kind === 'scans read') console.log(`${event.report.used.length} scans in ${event.folder}`);
  if (event.kind === 'replayed' && event.finished > 0) console.log(`${event.finished} were finished before`);
  if (event.kind === 'finished') console.log(`candidate ${event.number}: ${event.status}, ${event.score}`);
}

// Cancel after three candidates: what is under way is left for the next run, and nothing is lost.
const controller = new AbortController();
const interrupted = await search({
  experiment,
  database,
  workers: 2,
  signal: controller.signal,
  onEvent: (event) => {
    onEvent(event);
    if (event.kind === 'finished' && event.finished === 3) controller.abort();
  },
});
console.log(interrupted.completed ? 'completed' : 'cancelled');

// Go on to the end. The outcome is that of a search that was never cancelled.
await resume({ database, workers: 2, onEvent });

const { candidates, best, winners, experiment: row } = await status({ database });
console.log(
  `${candidates.done} candidates done; highest ${row.metric} ${best?.score} by candidate ${best?.number}`,
);
console.log(`winner, trained again from scratch: candidate ${winners?.winner?.number}`);
for (const { number, score, parent } of await lineage({ database }))
  console.log(`  candidate ${number}: ${score}, ${parent === null ? 'drawn at random' : `from ${parent}`}`);
const { checked, discrepancies } = await verify({ database });
console.log(`${checked} decisions derived anew, ${discrepancies.length} discrepancies`);
