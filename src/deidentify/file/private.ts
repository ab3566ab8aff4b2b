/**
 * Private elements that stay: those whose creator and element are on the user's list, and the creators of these.
 *
 * Source: DICOM PS3.5 section 7.8.1.
 */
import { trimmed } from '../values/text.js';
import { entryOf } from '../identity/private-list.js';
import type { Element } from '../elements/element.js';
import type { Context } from './context.js';

export function keptPrivate(elements: readonly Element[], { bytes, settings }: Context): Set<number> {
  const kept = new Set<number>();
  if (!settings.profile.options.has('retain-safe-private')) return kept;
  const creators = new Map<number, string>();
  for (const { tag, valueStart, valueEnd, items } of elements) {
    const [group, element] = [tag >>> 16, tag & 0xffff];
    if (group % 2 === 0 || items !== undefined) continue;
    if (element >= 0x10 && element <= 0xff) creators.set(tag, trimmed(bytes.subarray(valueStart, valueEnd)));
    const creatorTag = ((group << 16) | (element >>> 8)) >>> 0;
    const creator = creators.get(creatorTag);
    if (element < 0x1000 || creator === undefined) continue;
    if (!settings.privateList.has(entryOf(creator, group, element & 0xff))) continue;
    kept.add(tag).add(creatorTag);
  }
  return kept;
}
