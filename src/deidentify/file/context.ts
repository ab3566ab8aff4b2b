/** What the elements of one file are treated by, and what is counted on the way. */
import type { Action, Profile } from '../attributes/action.js';
import type { Encoding } from '../elements/element.js';
import type { Key } from '../identity/key.js';
import type { Patient } from '../identity/patient.js';
import type { PrivateList } from '../identity/private-list.js';

export interface Settings {
  readonly profile: Profile;
  readonly privateList: PrivateList;
  readonly key: Key;
  /** True if files that are de-identified already may be treated once more. */
  readonly again: boolean;
}

/** Counts of what was done, by name: the actions, and `unparsed-date`, `comment` (segments of compressed pixels), `text` (lines in pixels). */
export type ActionName = Action | 'unparsed-date' | 'comment' | 'text';

export class Counts {
  readonly byName = new Map<ActionName, number>();

  add(name: ActionName, count = 1): void {
    if (count > 0) this.byName.set(name, (this.byName.get(name) ?? 0) + count);
  }
}

export interface Context {
  readonly settings: Settings;
  readonly patient: Patient;
  /** Class of the object. */
  readonly classUid: string;
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly counts: Counts;
}
