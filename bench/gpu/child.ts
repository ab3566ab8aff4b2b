/**
 * The process of a part: `node child.js NAME CONTEXT`, started by run-part.ts with a channel for messages.
 */
import { messageOf, present, UserError } from '../../src/core/errors.js';
import type { PartContext, PartOutcome } from './part.js';
import { parts } from './parts.js';

const [name, context = ''] = process.argv.slice(2);
const part = present(
  parts.find((entry) => entry.name === name),
  `part ${name}`,
);
const tell = (outcome: PartOutcome): void => void process.send?.(outcome);

async function outcomeOf(): Promise<PartOutcome> {
  try {
    const run = await part.load();
    return await run(JSON.parse(context) as PartContext, tell);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) console.error(thrown);
    return { status: 'failed', says: messageOf(thrown) };
  }
}

// Idle processes of engines may keep this one alive: it ends once the last message is away.
process.send?.(await outcomeOf(), () => process.exit(0));
