/**
 * Colours that colour-blind readers can tell. Categories: Okabe and Ito, "Color universal design" (2008), without yellow on
 * light and black on dark ground. Sequences: cividis (Nuñez, Anderton, Renslow, PLoS ONE 13(7), 2018). Differences: purple
 * to orange (PuOr of ColorBrewer; Harrower and Brewer, 2003), with the ground's grey in the middle.
 */
export interface Ink {
  /** Of the ground, text, faint text, and lines of a grid. */
  readonly ground: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly accent: string;
  readonly categories: readonly string[];
}

const OKABE_ITO = {
  orange: '#e69f00',
  sky: '#56b4e9',
  green: '#009e73',
  blue: '#0072b2',
  vermilion: '#d55e00',
  purple: '#cc79a7',
} as const;

const LIGHT: Ink = {
  ground: '#ffffff',
  text: '#1b1f24',
  faint: '#57606a',
  grid: '#d8dee4',
  accent: OKABE_ITO.blue,
  categories: [
    OKABE_ITO.blue,
    OKABE_ITO.vermilion,
    OKABE_ITO.green,
    OKABE_ITO.purple,
    OKABE_ITO.orange,
    OKABE_ITO.sky,
    '#57606a',
  ],
};

const DARK: Ink = {
  ground: '#14181d',
  text: '#e8ecf0',
  faint: '#a3adb8',
  grid: '#353d46',
  accent: OKABE_ITO.sky,
  categories: [
    OKABE_ITO.sky,
    OKABE_ITO.orange,
    OKABE_ITO.green,
    OKABE_ITO.purple,
    OKABE_ITO.vermilion,
    '#f0e442',
    '#a3adb8',
  ],
};

export const inkOf = (dark: boolean): Ink => (dark ? DARK : LIGHT);

/** Every eighth of cividis. */
const CIVIDIS = [
  '#00224e',
  '#123570',
  '#3b496c',
  '#575d6d',
  '#707173',
  '#8a8678',
  '#a59c74',
  '#c3b369',
  '#e1cc55',
  '#fee838',
];

/** cividis at 0 … 1. */
export const sequential = (share: number): string => between(CIVIDIS, share);

/** cividis at 0 … 1, so that what is high stands out from the ground: dark on light ground, bright on dark. */
export const standingOut = (share: number, { ground }: Pick<Ink, 'ground'>): string =>
  sequential(ground === DARK.ground ? 0.2 + 0.8 * share : 0.9 * (1 - share));

/** Purple at -1, grey at 0, orange at 1. */
export const diverging = (share: number, dark: boolean): string =>
  between(
    dark
      ? ['#b2abd2', '#8073ac', '#55506f', '#3c434b', '#7a5a2c', '#c0731a', '#fdb863']
      : ['#542788', '#8073ac', '#b2abd2', '#d0d4d8', '#f5b968', '#e08214', '#9a4d04'],
    (share + 1) / 2,
  );

function between(stops: readonly string[], share: number): string {
  const place = Math.min(Math.max(Number.isNaN(share) ? 0 : share, 0), 1) * (stops.length - 1);
  const low = Math.floor(place);
  const [a, b] = [
    channels(stops[low] ?? '#000000'),
    channels(stops[Math.min(low + 1, stops.length - 1)] ?? '#000000'),
  ];
  const mixed = a.map((value, index) => Math.round(value + ((b[index] ?? 0) - value) * (place - low)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const channels = (colour: string): number[] => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
