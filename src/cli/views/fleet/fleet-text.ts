/**
 * Events of searches over many machines, and of their workers, in words.
 */
import type { SearchEvent, WorkerEvent } from '../../../api/index.js';
import { plural } from '../format.js';

/** Lines for what a coordinator reports; none for other events. */
export function fleetLines(event: SearchEvent): readonly string[] {
  switch (event.kind) {
    case 'worker joined':
      return [
        `worker ${event.name} joined: ${plural(event.slots, 'slot')}, processors of class ${event.class}`,
      ];
    case 'worker left':
      return [
        `worker ${event.name} left${event.running === 0 ? '' : `; ${plural(event.running, 'evaluation')} of it goes to others`}`,
      ];
    case 'queue lost':
      return [`${event.queue} is out of reach; the search goes on once it is there again`];
    case 'queue back':
      return [
        `${event.queue} is there again${event.sentAgain === 0 ? '' : `, without ${plural(event.sentAgain, 'evaluation')}, sent again`}`,
      ];
    case 'no workers':
      return [`no workers: start some with voxolve worker --queue ${event.queue} --blobs …`];
    case 'idle workers':
      return [
        `workers have ${event.slots} slots, and the lookahead of ${event.lookahead} keeps no more than that busy ` +
          `(a new search with a "lookahead" of ${event.enough} uses all)`,
      ];
    case 'differing result':
      return [
        `determinism violated: worker ${event.worker} found ${event.what} for candidate ${event.number} (${event.purpose}); ` +
          (event.kept === 'own' ? "this machine's own result is taken" : 'the first result is kept'),
      ];
    case 'not audited':
      return [
        `candidate ${event.number}: the result of worker ${event.worker} could not be audited (${event.what})`,
      ];
    case 'result refused':
      return [
        `candidate ${event.number}: the result of worker ${event.worker} was refused, since ${event.reason}; it is done again`,
      ];
    default:
      return [];
  }
}

/** The line for what a worker reports. */
export function workerLine(event: WorkerEvent): string {
  switch (event.kind) {
    case 'waiting for a search':
      return `worker ${event.name}: waiting for a search at ${event.queue}`;
    case 'serving':
      return `search ${event.search}: ${event.engine} on ${event.device}, ${plural(event.slots, 'slot')}, processors of class ${event.class}`;
    case 'evaluating':
      return `${event.job}: begins`;
    case 'evaluated':
      return `${event.job}: done in ${event.seconds.toFixed(1)} s`;
    case 'handed back':
      return `${event.job}: handed back`;
    case 'lock lost':
      return `${event.job}: interrupted, since the queue gave it to another worker or may have`;
    case 'draining':
      return `draining: ${plural(event.running, 'evaluation')} under way`;
    case 'search ended':
      return `search ${event.search}: ended`;
    case 'queue lost':
      return `${event.queue} is out of reach; trying again`;
    case 'queue back':
      return `${event.queue} is there again`;
  }
}
