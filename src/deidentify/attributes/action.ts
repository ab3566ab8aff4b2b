/**
 * The action for an attribute: the table's where it names it, else one by value representation.
 *
 * Source: DICOM PS3.15 E.1.1 (action codes) and table E.1-1. Compound actions are resolved without knowing the object's
 * definition to the one that leaves every type valid: a value where Type 1 is possible, an empty one where Type 2 is.
 */
import { allowedBytes, allowedWords, classUids, deviceMake, indispensable, labels } from './allowed.js';
import { isNamed } from './dictionary.js';
import { OPTIONS, type OptionName } from './options.js';
import { rowOf, type Column, type Row } from './table.js';

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

const BASIC: Readonly<Record<string, Action>> = {
  X: 'remove',
  Z: 'empty',
  D: 'dummy',
  U: 'uid',
  'X/Z': 'empty',
  'X/D': 'dummy',
  'Z/D': 'dummy',
  'X/Z/D': 'dummy',
  'X/Z/U*': 'recurse',
};

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

/** @param representation value representation of two letters */
export function actionOf(tag: number, representation: string, profile: Profile): Action {
  if ((tag & 0xffff) === 0) return 'remove'; // group lengths are not true any more
  const onList = profile.keep === null || profile.keep.has(tag) || indispensable.has(tag);
  if (!onList) return 'remove';
  if (tag === PATIENT_NAME || tag === PATIENT_ID) return 'pseudonym';
  const row = rowOf(tag);
  if (row !== undefined) return rowAction(row, representation, profile.options);
  const stays =
    profile.keep?.has(tag) === true || (profile.options.has('retain-device') && deviceMake.has(tag));
  return unnamedAction(tag, representation, stays);
}

/** Action of a row of the table: cleaning before keeping, keeping before the basic profile. */
function rowAction(row: Row, representation: string, options: ReadonlySet<OptionName>): Action {
  const basic = BASIC[row.basic] ?? 'remove';
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

/** @param stays true where the user named the attribute */
function unnamedAction(tag: number, representation: string, stays: boolean): Action {
  if (!isNamed(tag) || tag >>> 24 === 0x60) return 'remove';
  if (representation === 'SQ') return 'recurse';
  if (NUMBERS.has(representation)) return 'keep';
  if (CHECKED.has(representation)) return 'checked';
  if (representation === 'UI') return classUids.has(tag) ? 'class-uid' : 'uid';
  if (allowedBytes.has(tag)) return 'keep';
  if (CODES.has(tag)) return 'code';
  if (stays) return 'keep';
  if (labels.has(tag)) return 'label';
  return allowedWords.has(tag) ? 'words' : 'remove';
}

/** What becomes of text none of whose words is known. */
export function withoutWords(tag: number): 'remove' | 'empty' | 'dummy' | 'unspecified' {
  const row = rowOf(tag);
  if (row === undefined) return allowedWords.get(tag) ?? 'remove';
  const basic = BASIC[row.basic];
  return basic === 'empty' || basic === 'dummy' ? basic : 'remove';
}
