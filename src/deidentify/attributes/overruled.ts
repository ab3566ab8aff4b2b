/**
 * Attributes on a safe list whose values do not stay all the same: the list says what may stay at most, and the table what
 * must go.
 */
import { actionOf, type Profile } from './action.js';
import { representationOf } from './dictionary.js';
import { OPTIONS, optionNames, type OptionName } from './options.js';
import { hexOf, rowOf } from './table.js';

interface Overruled {
  /** Tag as `0008,103e`. */
  readonly tag: string;
  /** Options that keep or clean it. */
  readonly options: readonly OptionName[];
}

/** Returns nothing where there is no safe list. */
export function overruledBy(profile: Profile): Overruled[] {
  return [...(profile.keep ?? [])].flatMap((tag) => {
    const action = actionOf(tag, representationOf(tag), profile, 3);
    if (!['remove', 'empty', 'dummy'].includes(action)) return [];
    const hex = hexOf(tag);
    return [{ tag: `${hex.slice(0, 4)},${hex.slice(4)}`, options: optionsFor(tag) }];
  });
}

function optionsFor(tag: number): OptionName[] {
  const row = rowOf(tag);
  return optionNames.filter((name) => {
    const { column } = OPTIONS[name];
    return column !== null && row?.options[column] !== undefined;
  });
}
