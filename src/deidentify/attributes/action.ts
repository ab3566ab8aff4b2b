/**
 * The action for an attribute: the table's where it names it, else one by value representation.
 *
 * Source: DICOM PS3.15 E.1.1 (action codes) and table E.1-1. Of a compound action the strictest counts that leaves
 * the object valid: removal for type 3, an empty value for type 2, a dummy for type 1.
 */
import {
  allowedBytes,
  allowedUids,
  allowedWords,
  classUids,
  deviceMake,
  indispensable,
  labels,
} from './allowed.js';
import { isNamed } from './dictionary.js';
import { OPTIONS, type OptionName } from './options.js';
import { rowOf, type Column, type Row } from './table.js';
import type { AttributeType } from './types.js';

export type Action =
  /** Removed. */
  | 'remove'
  /** Zero length. */
  | 'empty'
  /** A dummy value of its representation. */
  | 'dummy'
  /** UIDs replaced by keyed ones. */
  | 'uid'
  /** Kept; dates only if they are dates. */
  | 'keep'
  /** Dates shifted; times kept if they are times. */
  | 'shift'
  /** Words of a fixed vocabulary kept. */
  | 'words'
  /** A sequence whose items are treated by the same rules. */
  | 'recurse'
  /** Kept where creator and element are on a list. */
  | 'private'
  /** A patient's pseudonym. */
  | 'pseudonym'
  /** Kept if its characters are those of its representation. */
  | 'checked'
  /** Kept if it is the standard's own UID. */
  | 'class-uid'
  /** A code, kept if its scheme is well known. */
  | 'code'
  /** A label others refer to: a pseudonym. */
  | 'label';

export interface Profile {
  readonly options: ReadonlySet<OptionName>;
  /** The safe list: what is not on it is removed; null without one. */
  readonly keep: ReadonlySet<number> | null;
}

/** The basic profile's action for a row, in an object in which the attribute has the type. */
function basicAction({ basic }: Row, type: AttributeType): Action {
  const codes = basic.split('/');
  if (codes.includes('U*')) return 'recurse'; // references that resolve: the pictures that they name leave too
  if (codes.includes('U')) return 'uid';
  if (codes.includes('X') && (type === 3 || codes.length === 1)) return 'remove';
  const needsValue = type === 1 && codes.includes('D');
  return codes.includes('Z') && !needsValue ? 'empty' : 'dummy';
}

/** What cleaning means in a column. */
const CLEAN: Readonly<Record<Column, Action>> = {
  modified: 'shift',
  descriptors: 'words',
  device: 'words',
  patient: 'words',
  structured: 'recurse',
  graphics: 'recurse',
  private: 'private',
  uids: 'uid',
  dates: 'shift',
  institution: 'words',
};

const PATIENT_NAME = 0x00100010;
const PATIENT_ID = 0x00100020;

/**
 * Action for an attribute.
 *
 * @param representation value representation of two letters
 * @param type of the attribute in its object; 1 where it is not known
 */
export function actionOf(
  tag: number,
  representation: string,
  profile: Profile,
  type: AttributeType = 1,
): Action {
  if ((tag & 0xffff) === 0) return 'remove'; // group lengths are not true any more
  const onList = profile.keep === null || profile.keep.has(tag) || indispensable.has(tag);
  if (!onList) return 'remove';
  if (tag === PATIENT_NAME || tag === PATIENT_ID) return 'pseudonym';
  const row = rowOf(tag);
  return row === undefined
    ? unnamedAction(tag, representation, profile)
    : rowAction(row, representation, profile.options, type);
}

/** Action of a row of the table: cleaning before keeping, keeping before the basic profile. */
function rowAction(
  row: Row,
  representation: string,
  options: ReadonlySet<OptionName>,
  type: AttributeType,
): Action {
  const basic = basicAction(row, type);
  const columns = [...options].flatMap((name): Column | readonly Column[] => OPTIONS[name].column ?? []);
  const cleaning = columns.find((column) => row.options[column] === 'C');
  if (cleaning !== undefined) return cleaned(CLEAN[cleaning], representation, basic);
  return columns.some((column) => row.options[column] === 'K') ? 'keep' : basic;
}

const SHIFTED = new Set(['DA', 'DT', 'TM', 'SH']);
const TEXT = new Set(['LO', 'LT', 'SH', 'ST', 'UC', 'UT']);

/** Bitmaps cannot be shown to be free of text, and names have no vocabulary: these keep the basic action. */
function cleaned(action: Action, representation: string, basic: Action): Action {
  if (action === 'shift' && !SHIFTED.has(representation)) return basic;
  if (action === 'words' && representation === 'SQ') return 'recurse';
  if (action === 'words' && !TEXT.has(representation)) return basic;
  if (action === 'recurse' && representation !== 'SQ') return basic;
  return action;
}

const NUMBERS = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'AT', 'SV', 'UV']);
const CHECKED = new Set(['CS', 'DS', 'IS', 'AS']);
const CODES = new Set([0x00080100, 0x00080102, 0x00080104]);

const TEMPORAL = new Set(['DA', 'DT', 'TM']);

/** Numbers, codes and the standard's own UIDs stay; of all else what is allowed, and what the user's list names. */
function unnamedAction(tag: number, representation: string, { options, keep }: Profile): Action {
  if (!isNamed(tag) || tag >>> 24 === 0x60) return 'remove';
  if (representation === 'SQ') return 'recurse';
  if (NUMBERS.has(representation)) return 'keep';
  if (CHECKED.has(representation)) return 'checked';
  const isAllowed = keep?.has(tag) === true;
  if (representation === 'UI') return uidAction(tag, isAllowed);
  if (allowedBytes.has(tag)) return 'keep';
  if (CODES.has(tag)) return 'code';
  if (isAllowed) return TEMPORAL.has(representation) && options.has('modify-dates') ? 'shift' : 'keep';
  if (options.has('retain-device') && deviceMake.has(tag)) return 'keep';
  if (labels.has(tag)) return 'label';
  return allowedWords.has(tag) ? 'words' : 'remove';
}

function uidAction(tag: number, isAllowed: boolean): Action {
  if (classUids.has(tag)) return 'class-uid';
  return isAllowed || allowedUids.has(tag) ? 'uid' : 'remove';
}

/** What becomes of text none of whose words is known. */
export function withoutWords(tag: number, type: AttributeType): 'remove' | 'empty' | 'dummy' | 'unspecified' {
  const row = rowOf(tag);
  if (row === undefined) return allowedWords.get(tag) ?? 'remove';
  const basic = basicAction(row, type);
  return basic === 'empty' || basic === 'dummy' ? basic : 'remove';
}
