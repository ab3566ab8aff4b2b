/** Settings of de-identification for tests. */
import type { OptionName } from '../../src/deidentify/attributes/options.js';
import type { Settings } from '../../src/deidentify/file/context.js';
import { keyOf } from '../../src/deidentify/identity/key.js';
import { parseFile } from '../../src/deidentify/file/part10.js';
import type { Element } from '../../src/deidentify/elements/element.js';

export const key = keyOf(Buffer.from('a key of more than thirty-two bytes, for tests only'));

export function settingsOf(options: readonly OptionName[] = [], more: Partial<Settings> = {}): Settings {
  return {
    profile: { options: new Set(options), keep: null },
    privateList: new Set(),
    key,
    again: false,
    ...more,
  };
}

/** Values of a file's elements by path, such as `00082112/00081155`; of items the first. */
export function valuesOf(bytes: Uint8Array): Map<string, Buffer> {
  const file = parseFile(bytes);
  const found = new Map<string, Buffer>();
  const walk = (elements: readonly Element[], path: string): void => {
    for (const { tag, valueStart, valueEnd, items } of elements) {
      const name = `${path}${tag.toString(16).padStart(8, '0')}`;
      found.set(name, Buffer.from(file.bytes.subarray(valueStart, valueEnd)));
      for (const item of [...(items ?? [])].reverse()) walk(item.elements, `${name}/`);
    }
  };
  walk(file.elements, '');
  return found;
}

export function textAt(values: ReadonlyMap<string, Buffer>, path: string): string | undefined {
  return values
    .get(path)
    ?.toString('latin1')
    .replace(/[\0 ]+$/, '');
}
