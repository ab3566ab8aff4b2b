/**
 * The entry of a training process: opens the scans from the cache, then trains what it is sent, one at a time.
 * It ends when the thread that owns it goes away.
 */
import { messageOf, UserError } from '../core/errors.js';
import { openScanSet } from '../scans/sampling/scan-set-transfer.js';
import type { ChildReply, ChildRequest } from './messages.js';
import { Runtime } from './runtime.js';

let runtime: Promise<Runtime> | undefined;

async function answer(request: ChildRequest): Promise<ChildReply | null> {
  if (request.kind === 'setup') {
    const { setup, recipe } = request;
    runtime = Promise.resolve().then(() => Runtime.create(setup, openScanSet(recipe)));
    runtime.catch(() => undefined); // reported with the first job
    return null;
  }
  try {
    if (runtime === undefined) throw new Error('a job came before the setup');
    return { kind: 'outcome', outcome: await (await runtime).evaluate(request.job, () => false) };
  } catch (thrown) {
    if (thrown instanceof UserError) return { kind: 'refused', details: thrown.details };
    return { kind: 'error', message: messageOf(thrown) };
  }
}

process.on('message', (request: ChildRequest) => {
  void answer(request).then((reply) => {
    if (reply !== null) process.send?.(reply);
  });
});
process.on('disconnect', () => process.exit(0));
// A stop from the terminal reaches the whole group; the owner decides what becomes of its children.
process.on('SIGINT', () => undefined);
