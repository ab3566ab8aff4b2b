/**
 * What plots draw with: on a canvas for the screen and for PNG, as text for SVG. Lengths are CSS pixels, colours CSS colours;
 * `y` grows downwards.
 */
export const FONT = 'system-ui, sans-serif';

export interface Stroke {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

export interface TextStyle {
  readonly colour: string;
  readonly size?: number;
  readonly align?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** Turned by 90 degrees against the clock. */
  readonly upright?: boolean;
}

export type Box = readonly [x: number, y: number, width: number, height: number];

/** Shapes, so that kinds can be told without colour. */
export type Mark = 'circle' | 'square' | 'diamond' | 'triangle' | 'cross' | 'ring';

export interface Pen {
  readonly width: number;
  readonly height: number;
  /** Through points `[x0, y0, x1, y1, …]`; NaN lifts the pen. */
  line(points: ArrayLike<number>, stroke: Stroke): void;
  area(points: ArrayLike<number>, colour: string, opacity?: number): void;
  rect(box: Box, colour: string, opacity?: number): void;
  mark(kind: Mark, x: number, y: number, radius: number, colour: string): void;
  /** One colour and shape at many places `[x0, y0, …]`: quicker than one by one. */
  marks(kind: Mark, points: ArrayLike<number>, radius: number, colour: string, opacity?: number): void;
  text(text: string, x: number, y: number, style: TextStyle): void;
  /** Draws what `inside` draws within a rectangle only. */
  clip(box: Box, inside: () => void): void;
}

/** Outline of a mark of radius 1 as points `[x, y, …]`; circles and rings have none. */
export const OUTLINES: Readonly<Record<Exclude<Mark, 'circle' | 'ring' | 'cross'>, readonly number[]>> = {
  square: [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9],
  diamond: [0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0],
  triangle: [0, -1.2, 1.1, 0.8, -1.1, 0.8],
};
