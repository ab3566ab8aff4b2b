/**
 * Types of attributes as another program knows them: dciodvfy of dicom3tools names the attributes that a file of a class lacks,
 * and those that must not be empty.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasValidator } from '../../bench/deidentify/validity.js';
import { representationOf } from '../../src/deidentify/attributes/dictionary.js';
import { typeOf } from '../../src/deidentify/attributes/types.js';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { madeFile, slice, type MadeElement, type Value } from './made-file.js';
import { settingsOf } from './settings.js';
import { KINDS, standardTable } from './standard-table.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-types-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ERROR = /^Error - <\/\w+\(([\da-f]{4}),([\da-f]{4})\)> - .*Type ([12])C? /;

/** Types 1 and 2 that the validator reports for a file, by tag; null where it does not know the class. */
async function reported(name: string, bytes: Uint8Array): Promise<Map<string, 1 | 2> | null> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const run = promisify(execFile)('dciodvfy', ['-new', path], { encoding: 'latin1' });
  const { stdout, stderr } = await run.catch((error: unknown) => error as { stdout: string; stderr: string });
  const text = stdout + stderr;
  if (text.includes('Information Object Not found')) return null;
  const found = text.split('\n').flatMap((line): [string, 1 | 2][] => {
    const match = ERROR.exec(line);
    return match === null ? [] : [[`${match[1]}${match[2]}`, match[3] === '1' ? 1 : 2]];
  });
  return new Map(found.sort(([, a], [, b]) => b - a));
}

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const CLASSES = '1.1 2 2.1 2.2 4.1 6.2 66.1 66.4 67 88.33 128 128.1 130 481.1 481.3 481.4 481.5'.split(' ');

describe.skipIf(!hasValidator())('types of attributes that dciodvfy knows', () => {
  // References stay whatever their type is, and the Patient ID is always a pseudonym.
  const compound = standardTable
    .filter(({ tag, basic }) => basic.includes('/') && !basic.includes('*') && tag !== '00100020')
    .map(({ tag }) => tag);
  const numbers = compound.map((tag) => Number.parseInt(tag, 16));

  it('are those by which compound actions are decided, in each kind of object', async () => {
    for (const suffix of CLASSES) {
      const base: MadeElement[] = [[0x00080016, 'UI', STORAGE + suffix]];
      const empty = numbers.map((tag): MadeElement => [tag, representationOf(tag), '']);
      const [absent, valueless] = await Promise.all(
        [base, [...base, ...empty]].map(async (elements, i) =>
          reported(`${suffix}-${i}`, madeFile({ form: 'explicit', elements: slice('explicit', elements) })),
        ),
      );
      if (absent == null || valueless == null) throw new Error(`dciodvfy does not know class ${suffix}`);
      for (const tag of compound) {
        const known = valueless.get(tag) === 1 ? 1 : (absent.get(tag) ?? valueless.get(tag) ?? 3);
        expect([suffix, tag, typeOf(Number.parseInt(tag, 16), STORAGE + suffix)]).toEqual([
          suffix,
          tag,
          known,
        ]);
      }
    }
  }, 60_000);

  it.each(KINDS)(
    'miss nothing and find nothing empty that must not be in what leaves: $name',
    async (kind) => {
      const elements: MadeElement[] = [
        [0x00080016, 'UI', kind.classUid],
        ...numbers.map((tag): MadeElement => [tag, representationOf(tag), valueFor(representationOf(tag))]),
      ];
      const bytes = madeFile({ form: 'explicit', elements: slice('explicit', elements) });
      const before = await reported('before', bytes);
      const after = await reported('after', deidentifyBytes(bytes, settingsOf()).bytes);
      expect(compound.filter((tag) => before?.has(tag))).toEqual([]);
      expect(compound.filter((tag) => after?.has(tag))).toEqual([]);
    },
  );
});

function valueFor(representation: string): Value {
  const values: Readonly<Record<string, Value>> = {
    DA: '20200229',
    TM: '235959',
    DT: '20200229235959',
    CS: 'ALTERED',
    SQ: [
      [
        [0x00081150, 'UI', '1.2.840.10008.3.1.2.3.3'],
        [0x00081155, 'UI', '1.2.3.99.7'],
      ],
    ],
  };
  return values[representation] ?? 'Zebulon';
}
