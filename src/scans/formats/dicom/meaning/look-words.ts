/**
 * Looks in words for users: the standard's own vocabulary and numbers, no free text of a writer.
 */
import type { Directions } from '../frames/plane.js';
import { cross } from '../frames/vectors.js';

interface Measured {
  readonly directions: Directions | null;
  readonly pixelSpacing: readonly [number, number] | null;
  readonly echo: number | undefined;
  readonly b: number | undefined;
}

/** Words by topic; unknown topics are left out. */
export function wordsOf(
  exact: Readonly<Record<string, string>>,
  { directions, pixelSpacing, echo, b }: Measured,
): Record<string, string> {
  const short = (number: number): string => String(Number(number.toPrecision(4)));
  const plain = (text: string | undefined): string =>
    (text ?? '').replace(/[^A-Za-z0-9_ .×-]/g, '').slice(0, 40);
  const words: Record<string, string> = {
    kind: plain(exact['type']),
    size: plain(exact['size']),
    component: plain(exact['component']),
    part: exact['part'] ?? '',
    trace: exact['trace'] ?? '',
    context: plain(exact['label or control']),
    data: plain(exact['data']),
    plane: directions === null ? 'without a direction' : planeWord(directions),
    spacing:
      pixelSpacing === null
        ? 'pixels of unknown size'
        : `pixels of ${pixelSpacing.map(short).join(' × ')} mm`,
    echo: echo === undefined ? '' : `echo ${short(echo)} ms`,
    b: b === undefined ? '' : `b ${short(b)} s/mm²`,
  };
  for (const name of ['stack', 'segment', 'flip angle', 'kV', 'window', 'detector', 'interval'])
    if ((exact[name] ?? '') !== '') words[name] = `${name} ${plain(exact[name])}`;
  return Object.fromEntries(Object.entries(words).filter(([, text]) => text !== ''));
}

function planeWord({ right, down }: Directions): string {
  const normal = cross(right, down).map(Math.abs);
  const most = Math.max(...normal);
  const word = ['sagittal', 'coronal', 'axial'][normal.indexOf(most)] as string;
  return most > 0.999 ? word : `oblique ${word}`;
}
