/** A frame as a text detector looks at it: 8 bits of red, green and blue a pixel. */
export interface Look {
  readonly columns: number;
  readonly rows: number;
  /** `[rows, columns, 3]` */
  readonly data: Uint8Array;
}

/** A rectangle of whole pixels; `right` and `bottom` are the first column and row outside of it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The part of a rectangle that lies inside of a picture. */
export function clipped({ left, top, right, bottom }: Box, columns: number, rows: number): Box {
  const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  return {
    left: within(left, columns),
    top: within(top, rows),
    right: within(right, columns),
    bottom: within(bottom, rows),
  };
}
