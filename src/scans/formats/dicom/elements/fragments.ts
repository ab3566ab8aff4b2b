/**
 * Compressed frames, which lie in fragments: one for each frame as a rule, several where a writer split them.
 *
 * Source: DICOM PS3.5 section A.4 (offset tables, fragments).
 */
import type { Element, Fragment } from 'dicom-parser';
import { UserError } from '../../../../core/errors.js';
import { endOf } from '../decoders/codestream.js';
import type { DicomFile } from './file.js';
import type { Picture } from '../pixels/picture.js';

/** Returns a function that gives the compressed bytes of frame `index`. */
export function encapsulated(
  { path, data }: DicomFile,
  element: Element,
  { frames }: Picture,
): (index: number) => Uint8Array {
  const fragments = (element.fragments ?? []).filter(({ length }) => length > 0);
  if (fragments.length < frames) {
    throw new UserError({
      subject: path,
      problem: `truncated: its header declares ${frames} frames, ${fragments.length} are there`,
      fix: 'copy it again from its source',
    });
  }
  const bytes = data.byteArray;
  const starts =
    startsByTable(fragments, element.basicOffsetTable ?? [], frames) ?? startsByEnds(bytes, fragments);
  if (starts.length !== frames) {
    throw new UserError({
      subject: path,
      problem: `its header declares ${frames} frames, its ${fragments.length} fragments hold ${starts.length}`,
      fix: 'copy it again from its source',
    });
  }
  return (index) => joined(bytes, fragments.slice(starts[index], starts[index + 1]));
}

export function joined(bytes: Uint8Array, fragments: readonly Fragment[]): Uint8Array {
  const parts = fragments.map(({ position, length }) => bytes.subarray(position, position + length));
  return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts));
}

/** First fragment of each frame, if the number of fragments or the basic offset table tells; null otherwise. */
function startsByTable(
  fragments: readonly Fragment[],
  table: readonly number[],
  frames: number,
): number[] | null {
  if (frames === 1) return [0];
  // An extended offset table goes with this too.
  if (fragments.length === frames) return fragments.map((_, index) => index);
  const byOffset = new Map(fragments.map(({ offset }, index) => [offset, index]));
  const starts = table.map((offset) => byOffset.get(offset) ?? -1);
  const rising = starts.every((start, i) => (i === 0 ? start === 0 : start > (starts[i - 1] as number)));
  return starts.length === frames && rising ? starts : null;
}

/** First fragment of each frame by the marker at the end of every frame, which may itself be split. */
function startsByEnds(bytes: Uint8Array, fragments: readonly Fragment[]): number[] {
  let start = 0;
  return fragments.flatMap((_, index) => {
    if (index > 0 && endOf(joined(bytes, fragments.slice(Math.max(start, index - 2), index))) === 0)
      return [];
    start = index;
    return [index];
  });
}
