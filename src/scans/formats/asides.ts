/**
 * Kinds of files that are stored along with scans but are not for training, by the name that users see and that
 * `"include"` of an experiment's scans takes.
 */

interface Aside {
  /** Description, for the message that it is left out. */
  readonly is: string;
  /** Set if it holds pictures that can be read on request. */
  readonly askable?: true;
  /** Set if it is left out only when there are other scans: a folder of nothing else is meant to be read. */
  readonly alone?: true;
}

export const ASIDES = {
  segmentation: { is: 'labels, not intensities', askable: true },
  dose: { is: 'a planned dose, not a scan', askable: true },
  localizer: { is: 'pictures that a scan was planned on', askable: true, alone: true },
  'secondary capture': { is: 'what a screen or a film showed', askable: true, alone: true },
  'RT image': { is: 'a picture of a treatment beam', askable: true },
  'whole slide': { is: 'tiles of a slide, neither a volume nor a clip' },
  'structure set': { is: 'contours, no pixels' },
  'treatment plan': { is: 'no pixels' },
  'treatment record': { is: 'no pixels' },
  report: { is: 'a structured report, no pixels' },
  'key object selection': { is: 'references, no pixels' },
  'presentation state': { is: 'how to show other pictures, no pixels' },
  'encapsulated document': { is: 'a document, no pixels' },
  'surface or mesh': { is: 'no pixels' },
  registration: { is: 'no pixels' },
  waveform: { is: 'signals, no pixels' },
  spectroscopy: { is: 'spectra, no pixels' },
  measurement: { is: 'figures, no pixels' },
  'raw data': { is: 'for the scanner that wrote it' },
  'index of a medium': { is: 'lists other files' },
} as const satisfies Readonly<Record<string, Aside>>;

export type AsideName = keyof typeof ASIDES;

/** Kinds that a user may request. */
export const ASKABLE = (Object.keys(ASIDES) as AsideName[]).filter(isAskable);

export function isAskable(name: AsideName): boolean {
  return (ASIDES[name] as Aside).askable === true;
}

export function isMeantAlone(name: string): boolean {
  return Object.hasOwn(ASIDES, name) && (ASIDES[name as AsideName] as Aside).alone === true;
}

/** Reason why it is left out, with advice on how to include it if that is possible. */
export function asideReason(name: string): string {
  if (!Object.hasOwn(ASIDES, name)) return 'nothing to train on';
  const { is } = ASIDES[name as AsideName];
  return isAskable(name as AsideName)
    ? `${is}; "include": ["${name}"] in the scans of an experiment uses it`
    : is;
}
