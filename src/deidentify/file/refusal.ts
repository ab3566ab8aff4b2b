/**
 * Reasons for which a file does not leave: a code for programs, and a sentence that holds nothing of the file's content.
 */
export const REASONS = {
  'not-dicom': 'no DICOM file',
  link: 'a symbolic link, or neither file nor folder',
  unreadable: 'cannot be opened',
  damaged: 'cannot be read to its end, or contradicts itself',
  directory: 'an index of a medium (DICOMDIR), which names all files and patients',
  document: 'an encapsulated document, which cannot be searched for identities',
  report: 'a structured report; --option clean-structured treats it',
  'dose-report': 'a dose report or screen picture: its pixels need clean-pixels, a report clean-structured',
  'secondary-capture': 'a secondary capture; --option clean-pixels treats it',
  ultrasound: 'an ultrasound picture; --option clean-pixels treats it',
  photograph: 'a photograph or film of a person, which may show a face',
  'burned-in': 'says that text is burned into its pixels; --option clean-pixels treats it',
  'text-left': 'still shows text after its pixels were cleaned',
  unsearchable: 'holds pixels that text cannot be searched in: single bits, 32 bits or floats',
  region: 'states a region of ultrasound outside of its picture',
  overlay: 'holds an overlay inside of its pixels',
  'other-class': 'of a kind that is not known to be safe',
  'other-syntax': 'in a transfer syntax whose pixels cannot be checked for comments',
  codestream: 'holds compressed pixels that cannot be checked for comments',
  pixels: 'holds more or fewer pixels than it says',
  grid: 'a mosaic whose number of slices stands in a private element that does not stay',
  identifiers: 'names no instance or no class',
  again: 'is de-identified already; --again treats it once more',
  patients: 'of a study that holds two patients',
  duplicate: 'has the identity of another file, but not its content',
  verification: 'did not read back as it was written',
  // Of arrays and video only; as DICOM these files may leave.
  'no-scan': 'no scan, such as a report or a structure set',
  incomplete: 'of a scan that cannot be used as it is, such as one that lacks slices',
  undecoded: 'cannot be decoded here',
  'not-a-clip': 'no clip: a picture or a volume',
  values: 'holds values that video cannot: below 0, above 65535, or fractions',
} as const;

export type ReasonCode = keyof typeof REASONS;

/** A file that fails closed. */
export class Refusal extends Error {
  constructor(
    readonly code: ReasonCode,
    /** More words, for the person who looks into it; never a value of the file. */
    readonly detail: string = REASONS[code],
    options?: { cause?: unknown },
  ) {
    super(detail, options);
    this.name = 'Refusal';
  }
}
