/** JSON files of annotations, within bounds, with their complaints in one line. */
import { UserError, messageOf } from '../../core/errors.js';
import { textOf } from '../../core/read-text.js';
import { loadAll } from '../../scans/formats/bytes.js';

/** Text longer than this cannot be one string. */
const MOST_BYTES = 2 ** 28;

export async function readJson(path: string): Promise<unknown> {
  const text = textOf(await loadAll(path, MOST_BYTES), path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The message may quote the text, which may name somebody.
    const at = /position \d+|end of JSON input/i.exec(messageOf(cause))?.[0];
    throw new UserError(
      {
        subject: path,
        problem: `is no JSON${at === undefined ? '' : ` (at ${at})`}`,
        fix: 'export it again',
      },
      { cause },
    );
  }
}
