/**
 * A user's own rules of where a machine writes text: conditions on a file's header, and rectangles that are blanked.
 */
import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import { textAt, type DataSet, numberAt } from '../file/data-set.js';
import { Refusal } from '../file/refusal.js';
import type { Box } from './look.js';

/** Attributes that a condition may name, beside tags such as `0008,1090`. */
const NAMES: Readonly<Record<string, number>> = {
  Modality: 0x00080060,
  SOPClassUID: 0x00080016,
  Manufacturer: 0x00080070,
  ManufacturerModelName: 0x00081090,
  SoftwareVersions: 0x00181020,
  ImageType: 0x00080008,
  SeriesDescription: 0x0008103e,
  Rows: 0x00280010,
  Columns: 0x00280011,
};
const NUMBERS = new Set([NAMES['Rows'], NAMES['Columns']]);

const size = z.number().int();
const rulesSchema = z.array(
  z.strictObject({
    when: z.record(z.string(), z.union([z.string(), z.number()])),
    blank: z.array(z.tuple([size.min(0), size.min(0), size.min(1), size.min(1)])).min(1),
  }),
);

export interface PixelRule {
  /** Values by tag; numbers must be equal, of text a part must be (letter case does not count). */
  readonly when: ReadonlyMap<number, string | number>;
  readonly boxes: readonly Box[];
}

/** @param file name for messages */
export function parsePixelRules(text: string, file: string): PixelRule[] {
  const refuse = (problem: string): never => {
    throw new UserError({
      subject: file,
      problem,
      fix: 'write: [{"when": {"ManufacturerModelName": "ACME"}, "blank": [[LEFT, TOP, WIDTH, HEIGHT]]}]',
    });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('is no JSON');
  }
  const parsed = rulesSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`rule ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no rule'}`);
  }
  return parsed.data.map(({ when, blank }) => ({
    when: new Map(
      Object.entries(when).map(([name, value]) => [
        tagOf(name) ??
          refuse(`"${name}" is neither a tag such as 0008,1090 nor one of ${Object.keys(NAMES).join(', ')}`),
        value,
      ]),
    ),
    boxes: blank.map(([left, top, width, height]) => ({
      left,
      top,
      right: left + width,
      bottom: top + height,
    })),
  }));
}

function tagOf(name: string): number | undefined {
  const match = /^([0-9a-f]{4}),([0-9a-f]{4})$/i.exec(name);
  return match === null ? NAMES[name] : Number.parseInt(`${match[1]}${match[2]}`, 16);
}

/** Rectangles of the rules whose conditions all hold. Throws `Refusal` where one reaches beyond the picture. */
export function ruledBoxes(rules: readonly PixelRule[], data: DataSet): Box[] {
  const [rows, columns] = [numberAt(data, 0x00280010) ?? 0, numberAt(data, 0x00280011) ?? 0];
  const holds = ([tag, value]: readonly [number, string | number]): boolean => {
    if (typeof value === 'number')
      return (NUMBERS.has(tag) ? numberAt(data, tag) : Number(textAt(data, tag) || NaN)) === value;
    return textAt(data, tag).toLowerCase().includes(value.toLowerCase());
  };
  return rules
    .filter(({ when }) => [...when].every(holds))
    .flatMap(({ boxes }) =>
      boxes.map((box) => {
        if (box.right > columns || box.bottom > rows)
          throw new Refusal('region', 'a rectangle of a rule reaches beyond the picture');
        return box;
      }),
    );
}
