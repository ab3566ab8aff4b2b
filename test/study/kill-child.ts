/** A process that runs the simulated study on the database given, to be killed by its parent. */
import { openStore } from '../../src/store/open.js';
import { evaluateToy, runToy } from './simulation.js';

const [path = '', parallel = '1', candidates = '1'] = process.argv.slice(2);
const store = openStore(path, 'create');
const end = await runToy(store, {
  parallel: Number(parallel),
  candidates: Number(candidates),
  onEvent: ({ kind }) => {
    if (kind === 'replayed') process.stdout.write('running\n');
  },
  evaluate: async (request, signal) => {
    await new Promise((resolve) => setTimeout(resolve, 1 + (request.number % 7)));
    return evaluateToy(request, signal);
  },
});
store.close();
process.exitCode = end.completed ? 0 : 1;
