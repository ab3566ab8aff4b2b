/** A process that reads the database given and prints what it found, run by somebody who may not write to it. */
import { openStore } from '../../src/store/open.js';

const store = openStore(process.argv[2] ?? '', 'read');
const count = store.statement('SELECT count(*) FROM experiments').pluck().get();
process.stdout.write(JSON.stringify([count, ...store.remarks]));
store.close();
