/**
 * The entry of a thread that computes views: opens the databases to read, one connection each, and answers one question at a
 * time.
 */
import { parentPort } from 'node:worker_threads';
import { present } from '../../../core/errors.js';
import { ViewMaker } from './view-maker.js';
import type { ViewQuestion, ViewReply } from './view-messages.js';

const port = present(parentPort, 'the port of a thread');
const maker = new ViewMaker();
let last = Promise.resolve();

port.on('message', ({ id, query, databases }: ViewQuestion) => {
  last = last.then(async () => {
    const answer = await maker.answer(query, databases);
    port.postMessage({ id, answer } satisfies ViewReply);
  });
});
