/**
 * The action for an element where it stands: the table's and the dictionary's, and what its surroundings say.
 */
import { actionOf, type Action, type Profile } from '../attributes/action.js';
import { isNamed, representationOf } from '../attributes/dictionary.js';
import { rowOf } from '../attributes/table.js';
import { typeOf } from '../attributes/types.js';
import { PIXELS, type Element } from '../elements/element.js';
import type { Code } from '../values/codes.js';
import type { Settings } from './context.js';

export interface Level {
  readonly depth: number;
  /** Class of the object; empty inside of sequences, where the types of attributes are not known. */
  readonly classUid: string;
  /** True inside of a sequence that an option keeps: text in it that the table does not name stays too. */
  readonly trusted: boolean;
  /** The code that the elements around are, where they are one. */
  readonly code: Code;
  /** Tags of private elements that stay. */
  readonly privates: ReadonlySet<number>;
}

/** Groups before it are commands, file meta information and directories, which only the table gives a place in a data set. */
const FIRST_DATA_GROUP = 0x0008;

export function chosenAction(element: Element, { profile }: Settings, level: Level): Action {
  const { tag, representation } = element;
  const group = tag >>> 16;
  if (group % 2 === 1) return level.privates.has(tag) ? 'private' : 'remove';
  if (group < FIRST_DATA_GROUP && rowOf(tag) === undefined) return 'remove';
  // Pixels inside of sequences are small copies of pictures, which nothing checks.
  if (level.depth > 0 && group === PIXELS >>> 16) return 'remove';
  const type = typeOf(tag, level.classUid);
  const stated = actionOf(tag, representation, profile, type);
  const listed = isNamed(tag) ? actionOf(tag, representationOf(tag), profile, type) : stated;
  // Where a file states another representation than the dictionary, the stricter of the two counts.
  const strict = listed === 'remove' ? listed : stated;
  const onList = profile.keep === null || profile.keep.has(tag);
  return level.trusted && onList && isTrusted(tag) ? trustedAction(strict, element, profile) : strict;
}

/** True for what an option keeps along with the sequence around it: text and UIDs that the table leaves open. */
function isTrusted(tag: number): boolean {
  return isNamed(tag) && rowOf(tag) === undefined && (tag & 0xffff) !== 0;
}

const NEVER_TRUSTED = new Set(['PN', 'UR']);
const TEMPORAL = new Set(['DA', 'DT', 'TM']);

/** Names and addresses go, and times need an option of their own, wherever they stand. */
function trustedAction(strict: Action, { tag, representation }: Element, { options }: Profile): Action {
  if (!['remove', 'words', 'code'].includes(strict)) return strict;
  const stated = [representation, representationOf(tag)];
  if (stated.some((name) => NEVER_TRUSTED.has(name))) return strict;
  if (!stated.some((name) => TEMPORAL.has(name))) return 'keep';
  if (options.has('modify-dates')) return 'shift';
  return options.has('retain-dates') ? 'keep' : strict;
}
