/**
 * Types of attributes at the top level of an object, for the rows of the table whose action depends on it: 1 needs a value,
 * 2 may be empty, 3 may be absent. Conditional types count as the types they become.
 *
 * Source: DICOM PS3.3 (modules of annex C by the objects of annex A). A test asks another program, dciodvfy.
 */
const STORAGE = '1.2.840.10008.5.1.4.1.1.';

/** Objects by what follows the root of their class. */
type Classes = ReadonlySet<string>;

function classes(...texts: readonly string[]): Classes {
  return new Set(texts.join(' ').split(' '));
}

const RADIOGRAPHY = '1.1 1.1.1 1.2 1.2.1 1.3 1.3.1';
/** Enhanced CT and MR, angiography, tomosynthesis and intravascular coherence tomography. */
const ENHANCED = '2.1 4.1 4.2 4.3 6.2 12.1.1 12.2.1 13.1.1 13.1.2 13.1.3 13.1.4 13.1.5 14.1 14.2 30 130';
/** Enhanced objects that were made of others. */
const CONVERTED = '2.2 4.4 128.1';
const REPORTS = '88.11 88.22 88.33 88.34 88.59 88.67';
const PET = '128';
const RADIOTHERAPY = '481.1 481.2 481.3 481.4 481.5 481.6 481.7 481.8 481.9';

/** All objects whose attributes are known; the rows below name those of type 1 and 2, all others are of type 3. */
const KNOWN = classes(
  RADIOGRAPHY,
  ENHANCED,
  CONVERTED,
  REPORTS,
  PET,
  RADIOTHERAPY,
  '1 2 3.1 4 6.1 7 7.1 7.2 7.3 7.4 11.1 11.2 11.3 11.4 11.8 12.1 12.2 20 66.1 66.2 66.3 66.4 66.5 66.6 67',
);

const DERIVED = '66.1 66.2 66.3 66.4 66.5 66.6 67';
const CONTENT = classes(ENHANCED, CONVERTED, DERIVED, REPORTS);
const PLAN = classes('481.5 481.8');
const TREATMENT = classes('481.4 481.6 481.7 481.9');

const TYPE_1: ReadonlyMap<number, Classes> = new Map([
  [0x00080021, classes(PET)], // Series Date
  [0x00080023, CONTENT], // Content Date
  [0x0008002a, classes('2.1 4.1 4.2 4.3 6.2 12.1.1 12.2.1 13.1.4 13.1.5 14.1 14.2 130 3.1 6.1', CONVERTED)], // Acquisition DateTime
  [0x00080031, classes(PET)], // Series Time
  [0x00080033, CONTENT], // Content Time
  [0x00081111, classes(RADIOGRAPHY, ENHANCED, CONVERTED, '66.4 66.5 66.6')], // Referenced Performed Procedure Step Sequence
  [0x00181000, classes(ENHANCED, '66.3 66.4 66.5 66.6')], // Device Serial Number
  [0x0040a032, classes(REPORTS)], // Observation DateTime
]);

const TYPE_2: ReadonlyMap<number, Classes> = new Map([
  [0x00080022, classes(PET)], // Acquisition Date
  [0x00080032, classes(PET)], // Acquisition Time
  [0x00081070, classes(RADIOTHERAPY)], // Operators' Name
  [0x00081111, classes(REPORTS)], // Referenced Performed Procedure Step Sequence
  [0x00400555, classes(RADIOGRAPHY, ENHANCED, CONVERTED)], // Acquisition Context Sequence
  [0x30080250, TREATMENT], // Treatment Date
  [0x30080251, TREATMENT], // Treatment Time
  [0x300a0006, PLAN], // RT Plan Date
  [0x300a0007, PLAN], // RT Plan Time
  [0x300e0008, classes('481.1 481.3 481.5 481.8')], // Reviewer Name
]);

export type AttributeType = 1 | 2 | 3;

/**
 * Type of an attribute of the table at the top level of an object.
 *
 * @param classUid class of the object; of others than those known all attributes count as type 1
 */
export function typeOf(tag: number, classUid: string): AttributeType {
  const suffix = classUid.startsWith(STORAGE) ? classUid.slice(STORAGE.length) : '';
  if (!KNOWN.has(suffix) || TYPE_1.get(tag)?.has(suffix) === true) return 1;
  return TYPE_2.get(tag)?.has(suffix) === true ? 2 : 3;
}
