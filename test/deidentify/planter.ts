/**
 * Plants unique secrets into files: in every attribute that the table or the dictionary knows as text, name, time or UID, in
 * private and unknown elements, in sequences that are passed on as unknown, at depths 1 to 8, before and after the data.
 */
import { TAGS_OF } from '../../src/deidentify/attributes/dictionary-data.js';
import { parseFile } from '../../src/deidentify/file/part10.js';
import { dataSet, madeFile, slice, type Form, type MadeElement, type MadeFile } from './made-file.js';

const DEEPEST = 8;
/** A sequence that no row names; items in it are treated like the data set. */
const NESTING = 0x00082218;

/** Text that no other place has: letters, so that it fits into all text representations. */
class Secrets {
  readonly planted: string[] = [];
  private dates = 0;

  constructor(private readonly mark: string) {}

  word(): string {
    const letters = this.count().toString(26).padStart(4, '0').toUpperCase();
    return this.keep(
      `Q${this.mark}${[...letters].map((c) => String.fromCharCode(65 + Number.parseInt(c, 26))).join('')}`,
    );
  }

  uid(): string {
    return this.keep(`1.2.826.55${this.mark.charCodeAt(0)}${String(this.count()).padStart(6, '0')}`);
  }

  /** Days lie further apart than any patient's dates are moved, so that no moved one is another secret. */
  date(): string {
    const at = new Date(Date.UTC(1100, 0, 1) + 86_400_000 * 3700 * this.dates++);
    return this.keep(at.toISOString().slice(0, 10).replaceAll('-', ''));
  }

  private count(): number {
    return this.planted.length + 7;
  }

  private keep(secret: string): string {
    this.planted.push(secret);
    return secret;
  }
}

function valueOf(representation: string, secrets: Secrets): string | null {
  switch (representation) {
    case 'UI':
      return secrets.uid();
    case 'DA':
      return secrets.date();
    case 'DT':
      return `${secrets.date()}101112`;
    case 'TM': // no time, no number, no coded string and no age at all
    case 'AS':
    case 'DS':
    case 'IS':
      return secrets.word();
    case 'CS':
      return `of ${secrets.word()}`;
    case 'AE':
    case 'LO':
    case 'LT':
    case 'PN':
    case 'SH':
    case 'ST':
    case 'UC':
    case 'UR':
    case 'UT':
      return secrets.word();
    default:
      return null;
  }
}

/** Representations of which a secret takes the place of a real file's own value. */
const PLANTED = new Set(['AE', 'DA', 'DT', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UC', 'UI', 'UR', 'UT']);

/** What the file would not be a picture without, or what it is refused for. */
const SPARED = new Set([
  0x00080005, 0x00080016, 0x00080060, 0x00080018, 0x0020000d, 0x0020000e, 0x00280004, 0x00280008, 0x00280301,
  0x00420011,
  // These hold a file back where they say anything: modality of ultrasound, conversion, a flag of another program.
  0x00080064,
  0x00120062,
]);

function attributes(): { tag: number; representation: string }[] {
  return Object.entries(TAGS_OF)
    .flatMap(([representation, tags]) =>
      tags
        .trim()
        .split(/\s+/)
        .filter((tag) => !tag.includes('x'))
        .map((tag) => ({ tag: Number.parseInt(tag, 16), representation })),
    )
    .filter(({ tag }) => tag >>> 16 >= 8 && tag >>> 16 < 0x7fe0 && !SPARED.has(tag))
    .sort((a, b) => a.tag - b.tag);
}

/** Elements of one level: private blocks, unknown elements, a code of nobody's scheme, a sequence passed on as unknown. */
function oddities(secrets: Secrets): MadeElement[] {
  return [
    [0x00290010, 'LO', secrets.word()],
    [0x00291001, 'LO', secrets.word()],
    [0x00291002, 'OB', Buffer.from(`${secrets.word()}!`)],
    [0x00291003, 'SQ', [[[0x00100010, 'PN', secrets.word()]]]],
    [0x00091001, 'UN', [[[0x00080050, 'SH', secrets.word()]]]],
    [0x00084321, 'UN', Buffer.from(`${secrets.word()}!`)],
    [
      0x00089215,
      'UN',
      [
        [
          [0x00104000, 'LT', secrets.word()],
          [0x00081030, 'LO', secrets.word()],
        ],
      ],
    ],
    [0x00082112, 'SQ', [[[0x00081155, 'UI', secrets.uid()]]]],
    [
      0x00082228,
      'SQ',
      [
        [
          [0x00080100, 'SH', secrets.word()],
          [0x00080102, 'SH', '99LOCAL'],
          [0x00080104, 'LO', secrets.word()],
        ],
      ],
    ],
  ];
}

/** Elements of a data set with secrets, at the top and in sequences down to the eighth level. */
function planted(secrets: Secrets, taken: ReadonlySet<number>): MadeElement[] {
  const levels: MadeElement[][] = Array.from({ length: DEEPEST }, () => []);
  attributes().forEach(({ tag, representation }, i) => {
    if (taken.has(tag)) return;
    const value = valueOf(representation, secrets);
    if (value !== null) levels[i % DEEPEST]?.push([tag, representation, value]);
  });
  let below: MadeElement[] = [];
  for (const level of [...levels].reverse()) {
    const own = new Map<number, MadeElement>();
    for (const element of [...level, ...oddities(secrets)]) own.set(element[0], element);
    if (below.length > 0) own.set(NESTING, [NESTING, 'SQ', [below]]);
    below = [...own.values()];
  }
  return below;
}

/** Preamble, file meta information and what follows the data: places that are no part of the picture. */
function around(secrets: Secrets): Required<Pick<MadeFile, 'preamble' | 'meta' | 'after'>> {
  const preamble = Buffer.alloc(128);
  preamble.write(secrets.word());
  return {
    preamble,
    meta: [
      [0x00020016, 'AE', secrets.word()],
      [0x00020003, 'UI', secrets.uid()],
      [0x00020100, 'UI', secrets.uid()],
      [0x00020102, 'OB', Buffer.from(`${secrets.word()}!`)],
    ],
    after: [[0xfffcfffc, 'OB', Buffer.from(`${secrets.word()}!`)]],
  };
}

interface Planted {
  readonly bytes: Buffer;
  readonly secrets: Secrets;
}

/** The file with secrets, and the secrets. */
export function plantedFile(
  form: Form,
  mark: string,
  more: Partial<MadeFile> = {},
  base: readonly MadeElement[] = [],
): Planted {
  const secrets = new Secrets(mark);
  const below = planted(secrets, new Set(base.map(([tag]) => tag)));
  const elements = slice(form, [...base, ...below]);
  return { bytes: madeFile({ form, elements, ...around(secrets), ...more }), secrets };
}

const EXPLICIT = { explicit: true, big: false };

/**
 * A real file with secrets: its own elements stay as they are, but for text, names, times and UIDs, in whose place a secret
 * stands. It must be explicit little endian.
 */
export function plantedInto(original: Uint8Array, mark: string): Planted {
  const secrets = new Secrets(mark);
  const file = parseFile(original);
  const own = new Map<number, Uint8Array>();
  for (const { tag, start, end, representation } of file.elements)
    if (!PLANTED.has(representation) || SPARED.has(tag) || (tag >>> 16) % 2 === 1)
      own.set(tag, file.bytes.subarray(start, end));
  const { preamble, meta, after } = around(secrets);
  const elements = [...planted(secrets, new Set(own.keys())), ...after];
  for (const element of elements) own.set(element[0], dataSet([element], EXPLICIT));
  const body = [...own].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
  const { syntax } = file;
  const whole: MadeElement[] = [...meta, [0x00020002, 'UI', file.meta.classUid]];
  const head = madeFile({ form: 'explicit', syntax, elements: [], preamble, meta: whole });
  return { bytes: Buffer.concat([head, ...body]), secrets };
}
