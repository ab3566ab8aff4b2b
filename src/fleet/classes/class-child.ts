/**
 * `node class-child.js`: trains the canary as the `ClassQuestion` on standard input says, prints a `ClassAnswer`. A process of
 * its own: it holds no memory of a GPU afterwards, and takes nobody with it where a driver fails.
 */
import { text } from 'node:stream/consumers';
import { messageOf, present, UserError } from '../../core/errors.js';
import { engines } from '../../engines/index.js';
import { runtimeVersion } from '../../engines/versions.js';
import { canaryHash } from './canary.js';
import type { ClassAnswer, ClassQuestion } from './processor-class.js';

async function answer({ engine: name, ...options }: ClassQuestion): Promise<ClassAnswer> {
  try {
    const engine = present(engines[name], `engine ${name}`);
    const weights = await canaryHash(engine, options);
    return { weights, runtime: await runtimeVersion(name, options.device) };
  } catch (error) {
    return { failure: error instanceof UserError ? error.details : messageOf(error) };
  }
}

const question = JSON.parse(await text(process.stdin)) as ClassQuestion;
process.stdout.write(`CLASS ${JSON.stringify(await answer(question))}\n`, () => process.exit(0));
