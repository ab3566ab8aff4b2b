/**
 * The elements of a data set as they may leave: each is removed, replaced or copied as its action says, at any depth.
 *
 * Source: DICOM PS3.15 E.1.1 (application of the profile).
 */
import { withoutWords, type Action } from '../attributes/action.js';
import { typeOf } from '../attributes/types.js';
import { PIXELS, type Element, type Encoding, type Written } from '../elements/element.js';
import { pseudonymOf } from '../identity/patient.js';
import { isKind, newUid, uidsOf } from '../identity/uids.js';
import { safeCode, type Code } from '../values/codes.js';
import { isSound } from '../values/checks.js';
import { dummyOf, UNSPECIFIED } from '../values/dummies.js';
import { movedValues } from '../values/temporal.js';
import { bytesOf, textOf, trimmed } from '../values/text.js';
import { knownWords } from '../values/vocabulary.js';
import { chosenAction, type Level } from './chosen.js';
import { dummyItems } from './dummy-items.js';
import { keptPrivate } from './private.js';
import type { Context } from './context.js';

/** @param trusted true inside of a sequence that an option keeps */
export function cleanElements(
  elements: readonly Element[],
  context: Context,
  { depth, trusted }: Pick<Level, 'depth' | 'trusted'> = { depth: 0, trusted: false },
): Written[] {
  const privates = keptPrivate(elements, context);
  const code = safeCode(codeIn(elements, context));
  const level = { depth, trusted, privates, code, classUid: depth === 0 ? context.classUid : '' };
  return elements.flatMap((element) => {
    const action = chosenAction(element, context.settings, level);
    const written = HANDLERS[action]({ element, context, level });
    context.counts.add(written === null ? 'remove' : action);
    return written === null ? [] : [written];
  });
}

interface Case {
  readonly element: Element;
  readonly context: Context;
  readonly level: Level;
}

function valueOf({ element, context }: Pick<Case, 'element' | 'context'>): Uint8Array {
  return context.bytes.subarray(element.valueStart, element.valueEnd);
}

function codeIn(elements: readonly Element[], context: Context): Code {
  const text = (tag: number): string => {
    const element = elements.find((candidate) => candidate.tag === tag);
    return element === undefined ? '' : trimmed(valueOf({ element, context }));
  };
  return { value: text(0x00080100), scheme: text(0x00080102), meaning: text(0x00080104) };
}

const HANDLERS: Readonly<Record<Action, (of: Case) => Written | null>> = {
  remove: () => null,
  empty: (of) => replaced(of, ''),
  dummy,
  uid,
  keep,
  shift: (of) => moved(of, of.context.patient.shift),
  words,
  recurse: (of) => recursed(of, of.level.trusted),
  private: (of) => (of.element.items === undefined ? copied(of) : recursed(of, true)),
  pseudonym,
  checked: (of) => (isSound(textOf(valueOf(of)), of.element.representation) ? copied(of) : null),
  'class-uid': kind,
  code,
  label,
};

/** The element with its own bytes; one that should hold items but could not be read is not kept. */
function copied({ element, context }: Case): Written | null {
  if (element.items !== undefined || element.fragments !== undefined) return null;
  const { tag, start, end, representation, valueStart, valueEnd } = element;
  if (representation === 'SQ' && valueEnd > valueStart) return null;
  return {
    kind: 'bytes',
    tag,
    whole: context.bytes.subarray(start, end),
    value: context.bytes.subarray(valueStart, valueEnd),
  };
}

function replaced({ element }: Case, text: string): Written {
  const { tag, stated, representation } = element;
  return { kind: 'value', tag, stated, value: bytesOf(text, representation) };
}

function recursed({ element, context, level }: Case, trusted: boolean): Written | null {
  const { tag, stated, open, items, itemEncoding, valueStart, valueEnd } = element;
  if (items === undefined || itemEncoding === undefined)
    return valueStart === valueEnd && !open ? { kind: 'value', tag, stated, value: new Uint8Array() } : null;
  const inner = { ...context, encoding: itemEncoding };
  return {
    kind: 'items',
    tag,
    stated,
    open,
    encoding: itemEncoding,
    items: items.map((item) => ({
      open: item.open,
      elements: cleanElements(item.elements, inner, { depth: level.depth + 1, trusted }),
    })),
  };
}

function dummy(of: Case): Written | null {
  const { tag, stated, representation, open } = of.element;
  if (representation === 'UI') return uid(of);
  if (representation !== 'SQ') return { kind: 'value', tag, stated, value: dummyOf(representation) };
  const encoding: Encoding = of.element.itemEncoding ?? of.context.encoding;
  return { kind: 'items', tag, stated, open, encoding, items: dummyItems(tag, encoding.explicit) };
}

function uid(of: Case): Written | null {
  if (of.element.representation === 'SQ') return recursed(of, false);
  if (of.element.representation !== 'UI') return null;
  const values = uidsOf(textOf(valueOf(of)));
  return replaced(
    of,
    values.map((value) => (value === '' ? '' : newUid(value, of.context.settings.key))).join('\\'),
  );
}

const REFERENCED_CLASS = 0x00081150;

/** UIDs of the standard stay. A reference needs a class: one of a manufacturer's own becomes a new UID. */
function kind(of: Case): Written | null {
  const values = uidsOf(textOf(valueOf(of)));
  if (values.every((value) => value === '' || isKind(value))) return copied(of);
  return of.element.tag === REFERENCED_CLASS ? uid(of) : null;
}

/** Representations that nothing but numbers and coded words can have. */
const CHECKED = new Set(['CS', 'DS', 'IS', 'AS']);
const TEMPORAL = new Set(['DA', 'DT', 'TM']);
/** Offset from UTC, which is text by its representation. */
const OFFSET = 0x00080201;

function keep(of: Case): Written | null {
  const { tag, representation, items } = of.element;
  if (TEMPORAL.has(representation) || tag === OFFSET) return moved(of, 0);
  if (items !== undefined) return recursed(of, true);
  if (representation === 'UI') return uid(of);
  if (CHECKED.has(representation)) return HANDLERS.checked(of);
  // Pixels in fragments are put back by who checks them.
  if (tag === PIXELS) return of.element.fragments === undefined ? copied(of) : placeholder(of);
  return copied(of);
}

function placeholder({ element: { tag, stated } }: Case): Written {
  return { kind: 'fragments', tag, stated, fragments: [] };
}

function moved(of: Case, days: number): Written | null {
  const { representation } = of.element;
  const { text, unparsed } = movedValues(textOf(valueOf(of)), representation, days);
  of.context.counts.add('unparsed-date', unparsed);
  return text === null ? null : replaced(of, text);
}

function words(of: Case): Written | null {
  const { tag, representation } = of.element;
  const text =
    representation === 'SQ'
      ? ''
      : knownWords(textOf(valueOf(of))).slice(0, LONGEST_WORDS[representation] ?? 64);
  if (text !== '') return replaced(of, text.trim());
  switch (withoutWords(tag, typeOf(tag, of.level.classUid))) {
    case 'remove':
      return null;
    case 'empty':
      return replaced(of, '');
    case 'unspecified':
      return replaced(of, UNSPECIFIED);
    case 'dummy':
      return dummy(of);
  }
}

/** Characters that the representations hold: PS3.5 table 6.2-1. */
const LONGEST_WORDS: Readonly<Record<string, number>> = { SH: 16, ST: 1024, LT: 1024, UT: 1024, UC: 1024 };

const PATIENT_ID = 0x00100020;

/** Pseudonym of the file's patient; of a patient that a sequence names, that of its own number. */
function pseudonym(of: Case): Written {
  const { level, context, element } = of;
  if (level.depth === 0) return replaced(of, context.patient.pseudonym);
  const own = trimmed(valueOf(of));
  return replaced(
    of,
    element.tag === PATIENT_ID && own !== '' ? pseudonymOf(`id ${own}`, context.settings.key) : '',
  );
}

const CODE_MEANING = 0x00080104;
const CODE_VALUE = 0x00080100;

function code(of: Case): Written {
  const { value, scheme, meaning } = of.level.code;
  const { tag } = of.element;
  return replaced(of, tag === CODE_VALUE ? value : tag === CODE_MEANING ? meaning : scheme);
}

function label(of: Case): Written | null {
  const text = trimmed(valueOf(of));
  if (text === '' || /^\d{1,4}$/.test(text)) return copied(of);
  const hash = of.context.settings.key.hash('label', `${of.context.patient.identity}\0${text}`);
  return replaced(of, `L${hash.toString('hex', 0, 4)}`);
}
