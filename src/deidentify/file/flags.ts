/**
 * What a file says of its own de-identification: the flag, the method in words and codes, and what became of dates.
 *
 * Sources: DICOM PS3.3 C.12.1.1 and C.7.1.1 (Patient Identity Removed and the attributes around it), PS3.16 CID 7050.
 */
import { BASIC_PROFILE, OPTIONS, optionNames, type OptionName } from '../attributes/options.js';
import type { Encoding, Written } from '../elements/element.js';
import { bytesOf } from '../values/text.js';
import type { Patient } from '../identity/patient.js';
import type { Identity } from './part10.js';

const METHOD = 'VOXOLVE DEIDENTIFY';

interface Said {
  readonly encoding: Encoding;
  readonly options: ReadonlySet<OptionName>;
  readonly patient: Patient;
  /** Class and new instance, which some files state in their file meta information alone. */
  readonly identity: Identity;
}

/** Adds the flags, and identities where the file had none, in the order of tags. */
export function withFlags(
  elements: readonly Written[],
  { encoding, options, patient, identity }: Said,
): Written[] {
  const value = valueIn(encoding);
  const added: Written[] = [
    value(0x00080016, 'UI', identity.classUid),
    value(0x00080018, 'UI', identity.instanceUid),
    value(0x00100010, 'PN', patient.pseudonym),
    value(0x00100020, 'LO', patient.pseudonym),
    value(0x00120062, 'CS', 'YES'),
    value(0x00120063, 'LO', METHOD),
    methodCodes(options, encoding),
    ...(options.has('clean-pixels') ? [value(0x00280301, 'CS', 'NO')] : []),
    value(0x00280303, 'CS', temporal(options)),
  ];
  const tags = new Set(added.map(({ tag }) => tag));
  const kept = elements.filter(({ tag }) => !tags.has(tag));
  for (const element of added) {
    const at = kept.findIndex(({ tag }) => tag > element.tag);
    kept.splice(at === -1 ? kept.length : at, 0, element);
  }
  return kept;
}

function valueIn(encoding: Encoding): (tag: number, stated: string, text: string) => Written {
  return (tag, stated, text) => ({
    kind: 'value',
    tag,
    stated: encoding.explicit ? stated : '',
    value: bytesOf(text, stated),
  });
}

/** Longitudinal Temporal Information Modified. */
function temporal(options: ReadonlySet<OptionName>): string {
  if (options.has('retain-dates')) return 'UNMODIFIED';
  return options.has('modify-dates') ? 'MODIFIED' : 'REMOVED';
}

function methodCodes(options: ReadonlySet<OptionName>, encoding: Encoding): Written {
  const value = valueIn(encoding);
  const codes = [
    BASIC_PROFILE,
    ...optionNames.filter((name) => options.has(name)).map((name) => OPTIONS[name].code),
  ];
  return {
    kind: 'items',
    tag: 0x00120064,
    stated: encoding.explicit ? 'SQ' : '',
    open: false,
    encoding,
    items: codes.map(([code, meaning]) => ({
      open: false,
      elements: [
        value(0x00080100, 'SH', code),
        value(0x00080102, 'SH', 'DCM'),
        value(0x00080104, 'LO', meaning),
      ],
    })),
  };
}
