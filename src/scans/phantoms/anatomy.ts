/**
 * A trunk that never lived: a table of soft-edged ellipsoids, and how patients differ.
 *
 * Coordinates are the body's own, about -1 to 1: x to its right, y to the front, z up. Every octant has its own
 * structures (liver right, heart, stomach and spleen left, spine behind, bowel in front), so that where a patch comes
 * from can be told by anatomy. It should be told by nothing else: the trunk leaves the field of view above and below,
 * there is no air inside, all tissues are far brighter than air, and which is brighter than which differs between
 * patients. So neither an outline nor an intensity gives a place away, and a network has to know what lies where.
 */
import type { Triple } from '../../core/tensor.js';
import type { Rng } from '../../core/random.js';

/** Appearance of a tissue. */
interface Appearance {
  /** In either of two contrasts; air is 0. */
  readonly signal: readonly [number, number];
  /** Amplitude of the texture that is added. */
  readonly grain: number;
  /** Body units over which the texture changes, along its own three axes: equal ones are grains, two short ones fibres. */
  readonly cell: Triple;
  /** Angles in radians by which those axes are turned about x and z. */
  readonly turn: readonly [number, number];
}

const TISSUES = {
  fat: { signal: [0.84, 0.76], grain: 0.14, cell: [0.09, 0.09, 0.07], turn: [0, 0] },
  muscle: { signal: [0.6, 0.55], grain: 0.18, cell: [0.07, 0.07, 0.3], turn: [0.8, 0.5] },
  lung: { signal: [0.58, 0.6], grain: 0.18, cell: [0.12, 0.12, 0.12], turn: [0, 0] },
  fluid: { signal: [0.58, 0.9], grain: 0, cell: [1, 1, 1], turn: [0, 0] },
  gut: { signal: [0.66, 0.68], grain: 0.18, cell: [0.3, 0.3, 0.08], turn: [0.3, 0] },
  liver: { signal: [0.74, 0.62], grain: 0.14, cell: [0.07, 0.07, 0.07], turn: [0, 0] },
  spleen: { signal: [0.68, 0.78], grain: 0.14, cell: [0.3, 0.08, 0.08], turn: [0, 0.8] },
  kidney: { signal: [0.66, 0.84], grain: 0.16, cell: [0.08, 0.3, 0.3], turn: [0.4, -0.6] },
  blood: { signal: [0.92, 0.52], grain: 0, cell: [1, 1, 1], turn: [0, 0] },
  bone: { signal: [0.58, 0.64], grain: 0.18, cell: [0.07, 0.07, 0.07], turn: [0, 0] },
  marrow: { signal: [0.78, 0.7], grain: 0.14, cell: [0.1, 0.1, 0.2], turn: [0.2, 0] },
} as const satisfies Record<string, Appearance>;

type Tissue = keyof typeof TISSUES;

/** An ellipsoid, or a box rounded like one. */
export interface Organ {
  readonly tissue: Tissue;
  readonly centre: Triple;
  readonly radii: Triple;
  /** Only the outer part is there, from this fraction of the radii on; 0 for a solid. */
  readonly shell: number;
  /** A rounded box: its norm has exponent 4 instead of 2. */
  readonly boxy: boolean;
}

const organ = (tissue: Tissue, centre: Triple, radii: Triple, shell = 0, boxy = false): Organ => ({
  tissue,
  centre,
  radii,
  shell,
  boxy,
});

/** The wall, ribs within it, and what fills it; they keep their place, later organs are painted over earlier ones. */
const FRAME: readonly Organ[] = [
  organ('fat', [0, 0, 0], [0.99, 0.94, 2], 0, true),
  organ('muscle', [0, 0, 0], [0.88, 0.82, 2], 0, true),
  ...Array.from({ length: 5 }, (_, level) =>
    organ('bone', [0, 0, 1 - level * 0.24], [0.85, 0.79, 0.07], 0, true),
  ),
  organ('fat', [0, 0.05, 0], [0.76, 0.68, 2], 0, true),
];

const ORGANS: readonly Organ[] = [
  // Chest: lobes of the lungs, the heart between them and to the left.
  organ('lung', [0.46, -0.04, 0.78], [0.36, 0.56, 0.44]),
  organ('lung', [-0.52, -0.12, 0.76], [0.28, 0.5, 0.42]),
  organ('muscle', [-0.16, 0.28, 0.66], [0.34, 0.32, 0.3]),
  organ('blood', [-0.26, 0.3, 0.6], [0.16, 0.17, 0.16]),
  organ('blood', [0, 0.22, 0.74], [0.13, 0.14, 0.13]),
  organ('bone', [0, 0.68, 0.7], [0.1, 0.07, 0.4]),
  // Abdomen.
  organ('liver', [0.42, 0.12, 0.22], [0.42, 0.5, 0.3]),
  organ('liver', [0.02, 0.36, 0.26], [0.32, 0.26, 0.16]),
  organ('fluid', [0.3, 0.44, 0.06], [0.1, 0.14, 0.1]),
  organ('blood', [0.36, 0.02, 0.24], [0.26, 0.05, 0.05]),
  organ('blood', [0.5, 0.2, 0.3], [0.05, 0.22, 0.05]),
  organ('blood', [0.28, 0.2, 0.3], [0.05, 0.05, 0.2]),
  organ('gut', [-0.38, 0.28, 0.2], [0.3, 0.32, 0.2]),
  organ('fluid', [-0.4, 0.3, 0.16], [0.22, 0.24, 0.12]),
  organ('spleen', [-0.6, -0.22, 0.26], [0.2, 0.3, 0.22]),
  organ('gut', [-0.06, 0.02, 0.08], [0.34, 0.1, 0.08]),
  organ('kidney', [0.44, -0.4, -0.14], [0.17, 0.18, 0.25]),
  organ('fluid', [0.38, -0.36, -0.14], [0.08, 0.08, 0.13]),
  organ('kidney', [-0.46, -0.4, -0.06], [0.17, 0.18, 0.25]),
  organ('fluid', [-0.4, -0.36, -0.06], [0.08, 0.08, 0.13]),
  organ('muscle', [0.22, -0.4, -0.6], [0.15, 0.17, 0.5]),
  organ('muscle', [-0.22, -0.4, -0.6], [0.15, 0.17, 0.5]),
  // Bowel: colon as a frame, wall and content; loops within it.
  organ('gut', [0.58, 0.1, -0.46], [0.18, 0.22, 0.4], 0.55),
  organ('fluid', [0.58, 0.1, -0.46], [0.09, 0.11, 0.22]),
  organ('gut', [-0.6, 0.06, -0.5], [0.15, 0.18, 0.44], 0.5),
  organ('gut', [0, 0.5, -0.16], [0.56, 0.14, 0.13], 0.5),
  organ('gut', [0.2, 0.28, -0.44], [0.22, 0.16, 0.13], 0.45),
  organ('gut', [-0.2, 0.26, -0.36], [0.2, 0.17, 0.12], 0.45),
  organ('gut', [-0.12, 0.4, -0.62], [0.24, 0.15, 0.13], 0.45),
  organ('gut', [0.22, 0.06, -0.66], [0.15, 0.2, 0.13], 0.45),
  organ('fluid', [0, 0.34, -0.94], [0.32, 0.3, 0.2]),
  organ('bone', [0.62, -0.2, -0.94], [0.26, 0.4, 0.3], 0.72),
  organ('marrow', [0.62, -0.2, -0.94], [0.19, 0.29, 0.22]),
  organ('bone', [-0.62, -0.2, -0.94], [0.26, 0.4, 0.3], 0.72),
  organ('marrow', [-0.62, -0.2, -0.94], [0.19, 0.29, 0.22]),
  // Great vessels before the spine: aorta left, vena cava right.
  organ('blood', [-0.11, -0.22, 0.2], [0.09, 0.09, 1]),
  organ('blood', [0.13, -0.18, -0.2], [0.1, 0.08, 0.9]),
];

/** Places of the heart among a patient's parts. */
const HEART = new Set([2, 3, 4].map((i) => FRAME.length + i));

/** Signal between those of dark and bright tissues. */
const MIDDLE = 0.7;

/** Lumps of any tissue anywhere, of which every patient has others. */
const LUMPS = 12;

/** Vertebrae with disks between them and the canal behind, wider below. */
const SPINE: readonly Organ[] = Array.from({ length: 10 }, (_, level): readonly Organ[] => {
  const z = -1.04 + level * 0.23;
  const width = 0.26 - 0.01 * level;
  return [
    organ('bone', [0, -0.5, z], [width, 0.19, 0.1], 0, true),
    organ('marrow', [0, -0.5, z], [width - 0.07, 0.13, 0.06]),
    organ('fluid', [0, -0.7, z], [0.09, 0.07, 0.14]),
    organ('bone', [0, -0.83, z - 0.05], [0.06, 0.09, 0.06]),
  ];
}).flat();

/** An organ and how it looks in one patient. */
export interface Part extends Organ, Omit<Appearance, 'signal'> {
  readonly signal: number;
  /** The heart: it beats in films. */
  readonly beats: boolean;
}

/**
 * A patient: everyone has all organs, in other places, sizes and signals, and lumps of tissue where nobody else has.
 *
 * @param contrast factor on the differences between tissues
 */
export function drawPatient(rng: Rng, contrast: number): readonly Part[] {
  const looks = drawLooks(rng, contrast);
  const vary = (item: Organ, place: number, size: number): Organ => {
    const about = (value: number): number => value + rng.uniform(-place, place);
    const scaled = (value: number): number => value * rng.uniform(1 - size, 1 + size);
    const [x, y, z] = item.centre;
    const [a, b, c] = item.radii;
    return { ...item, centre: [about(x), about(y), about(z)], radii: [scaled(a), scaled(b), scaled(c)] };
  };
  const tissues = Object.keys(TISSUES) as Tissue[];
  const lump = (): Organ =>
    organ(
      rng.pick(tissues),
      [rng.uniform(-0.7, 0.7), rng.uniform(-0.7, 0.6), rng.uniform(-1, 1)],
      [rng.uniform(0.04, 0.12), rng.uniform(0.04, 0.12), rng.uniform(0.04, 0.12)],
    );
  const organs = [
    ...FRAME.map((item) => vary(item, 0.012, 0.025)),
    ...ORGANS.map((item) => vary(item, 0.04, 0.14)),
    ...SPINE.map((item) => vary(item, 0.015, 0.08)),
    ...Array.from({ length: LUMPS }, lump),
  ];
  return organs.map((item, i) => ({ ...item, ...looks[item.tissue], beats: HEART.has(i) }));
}

/** Each tissue's looks: one of the two contrasts with something of the other, another gamma, a little by chance. */
function drawLooks(
  rng: Rng,
  contrast: number,
): Record<Tissue, Omit<Appearance, 'signal'> & { readonly signal: number }> {
  const mixed = rng.bool(0.5) ? rng.uniform(0, 0.25) : rng.uniform(0.75, 1);
  const gamma = rng.uniform(0.85, 1.25);
  const look = ({ signal, grain, cell, turn }: Appearance) => {
    const mean = signal[0] * (1 - mixed) + signal[1] * mixed;
    const value = MIDDLE + contrast * (mean - MIDDLE);
    return {
      // Far from air, whatever the contrast.
      signal: Math.max(0.4, Math.max(0.1, value) ** gamma * rng.uniform(0.93, 1.07)),
      grain: grain * rng.uniform(0.7, 1.3),
      cell,
      turn: [turn[0] + rng.uniform(-0.15, 0.15), turn[1] + rng.uniform(-0.15, 0.15)] as const,
    };
  };
  return Object.fromEntries(Object.entries(TISSUES).map(([tissue, its]) => [tissue, look(its)])) as Record<
    Tissue,
    ReturnType<typeof look>
  >;
}
