/**
 * The entry of a training process: opens the scans from the cache, then trains what it is sent, one at a time.
 * It ends when the thread that owns it goes away.
 */
import { messageOf, UserError } from '../core/errors.js';
import { openScanSet } from '../scans/sampling/scan-set-transfer.js';
import { HandBack, type Told } from './continuation/continuation.js';
import type { ChildReply, ChildRequest } from './messages.js';
import { Runtime } from './runtime.js';

let runtime: Promise<Runtime> | undefined;
/** True once the job under way is to be handed back. */
let handsBack = false;

const send = (reply: ChildReply): void => void process.send?.(reply);

async function answer(request: ChildRequest): Promise<ChildReply | null> {
  if (request.kind === 'setup') {
    const { setup, recipe } = request;
    runtime = Promise.resolve().then(() => Runtime.create(setup, openScanSet(recipe)));
    runtime.catch(() => undefined); // reported with the first job
    return null;
  }
  if (request.kind === 'hand back') {
    handsBack = true;
    return null;
  }
  handsBack = false;
  const { job, continuation } = request;
  try {
    if (runtime === undefined) throw new Error('a job came before the setup');
    const continuing = continuation && {
      ...continuation,
      handsBack: () => handsBack,
      tell: (told: Told) => send({ kind: 'told', told }),
    };
    const outcome = await (await runtime).evaluate(job, () => handsBack, continuing);
    return { kind: 'outcome', outcome };
  } catch (thrown) {
    if (thrown instanceof UserError) return { kind: 'refused', details: thrown.details };
    if (thrown instanceof HandBack) return { kind: 'handed back' };
    return { kind: 'error', message: messageOf(thrown) };
  }
}

process.on('message', (request: ChildRequest) => {
  void answer(request).then((reply) => {
    if (reply !== null) send(reply);
  });
});
process.on('disconnect', () => process.exit(0));
// A stop from the terminal, or from what manages jobs on a cluster, reaches the whole group; the owner decides what becomes of
// its children.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
