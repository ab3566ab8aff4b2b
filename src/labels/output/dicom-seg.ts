/**
 * Masks as DICOM segmentations, one file a scan and reader, binary, a segment a label, a frame for each slice that has it.
 *
 * Nothing depends on time or chance: UIDs follow from what is segmented and how, and the content is dated as the study is.
 *
 * Sources: DICOM PS3.3 A.51 (Segmentation IOD), C.8.20 (its modules), C.7.6.16 (functional groups), C.7.6.17 (dimensions).
 */
import { createHash } from 'node:crypto';
import { storedBytes } from '../../deidentify/file/part10.js';
import type { Written } from '../../deidentify/elements/element.js';
import { openDicom, type DicomFile } from '../../scans/formats/dicom/elements/file.js';
import type { LabelClass } from '../readers/label-map.js';
import type { SettledMask } from '../readers/masks.js';
import { allText } from '../sources/dicom-text.js';
import { ownUids } from './pictures.js';
import { code, inOrder, LITTLE_EXPLICIT, sequence, shorts, text, words } from './seg-elements.js';
import { framesOf, keyOf, ofFrames, packed, reference, refused, stringOf } from './seg-frames.js';

const SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.4';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';

/** Characters of a segment's label. */
const LONGEST_LABEL = 64;

export interface SegOptions {
  readonly classes: readonly LabelClass[];
  /** Pseudonyms of those whose mask it is; none: a program's. */
  readonly readers: readonly string[];
}

/** The bytes of a segmentation of a DICOM scan. Throws `UserError` where the scan is none, or a label is too long. */
export async function segBytes(mask: SettledMask, options: SegOptions): Promise<Buffer> {
  const { target } = mask;
  const uids = ownUids(target);
  for (const { name } of options.classes)
    if (name.length > LONGEST_LABEL || name.includes('\\'))
      throw refused(
        target.path,
        `has the label ${name}, which DICOM has no room for: ${LONGEST_LABEL} characters, no backslash`,
      );
  const source = await openDicom(target.paths[0]);
  const frames = framesOf(mask, options.classes);
  const pixels = packed(mask, frames);
  const own = uidsOf(mask, options, pixels);
  const elements = [
    ...fromSource(source),
    ...ofSeries(mask, own, options),
    ...ofImage(mask, frames.length, pixels),
    ...ofSegments(options),
    ...ofReferences(mask, source, uids.series),
    ...ofFrames(mask, frames, { source, organization: own.organization }),
  ];
  return storedBytes(
    inOrder(elements),
    { syntax: EXPLICIT_LITTLE, encoding: LITTLE_EXPLICIT },
    { classUid: SEGMENTATION, instanceUid: own.instance },
  );
}

function uidsOf({ target }: SettledMask, { classes, readers }: SegOptions, pixels: Buffer) {
  const said = createHash('sha256')
    .update(JSON.stringify([target.uids, classes.map(({ name }) => name), readers]))
    .update(pixels)
    .digest();
  const uid = (what: string): string => {
    const hash = createHash('sha256').update(what).update(said).digest('hex');
    return `2.25.${BigInt(`0x${hash.slice(0, 32)}`)}`;
  };
  return { series: uid('series'), instance: uid('instance'), organization: uid('dimensions') };
}

/** What a segmentation shares with the scan that it is of: patient and study. */
const SHARED = [
  [0x00080020, 'DA'],
  [0x00080030, 'TM'],
  [0x00080050, 'SH'],
  [0x00100010, 'PN'],
  [0x00100020, 'LO'],
  [0x00100030, 'DA'],
  [0x00100040, 'CS'],
  [0x0020000d, 'UI'],
  [0x00200010, 'SH'],
] as const;

function fromSource(source: DicomFile): Written[] {
  const date = /^\d{8}$/.exec(stringOf(source, 0x00080020))?.[0] ?? '19000101';
  const time = /^\d{6}(\.\d+)?$/.exec(stringOf(source, 0x00080030))?.[0] ?? '000000';
  return [
    ...SHARED.map(([tag, stated]) =>
      stated === 'UI'
        ? text(tag, stated, stringOf(source, tag))
        : words(tag, stated, allText(source.data, keyOf(tag))),
    ),
    text(0x00080023, 'DA', date),
    text(0x00080033, 'TM', time),
    text(0x00080090, 'PN', ''),
    ...frameOfReference(source),
  ];
}

function frameOfReference(source: DicomFile): Written[] {
  const uid = stringOf(source, 0x00200052);
  return uid === '' ? [] : [text(0x00200052, 'UI', uid), text(0x00201040, 'LO', '')];
}

function ofSeries(
  { opinions }: SettledMask,
  own: ReturnType<typeof uidsOf>,
  { readers }: SegOptions,
): Written[] {
  const known = opinions.some(({ reader }) => reader !== '');
  return [
    text(0x00080005, 'CS', 'ISO_IR 192'),
    text(0x00080008, 'CS', 'DERIVED\\PRIMARY'),
    text(0x00080016, 'UI', SEGMENTATION),
    text(0x00080018, 'UI', own.instance),
    text(0x00080060, 'CS', 'SEG'),
    text(0x00080070, 'LO', 'voxolve'),
    text(0x0008103e, 'LO', known ? 'Segmentation by readers' : 'Segmentation'),
    text(0x00081090, 'LO', 'voxolve labels'),
    text(0x00181000, 'LO', '1'),
    text(0x00181020, 'LO', '1'),
    text(0x0020000e, 'UI', own.series),
    text(0x00200011, 'IS', '9000'),
    text(0x00200013, 'IS', '1'),
    text(0x00700080, 'CS', 'SEGMENTATION'),
    text(0x00700081, 'LO', 'Labels as voxels of the scan'),
    words(0x00700084, 'PN', readers.join('+').slice(0, LONGEST_LABEL)),
  ];
}

function ofImage({ grid }: SettledMask, frames: number, pixels: Buffer): Written[] {
  return [
    shorts(0x00280002, 1),
    text(0x00280004, 'CS', 'MONOCHROME2'),
    text(0x00280008, 'IS', String(frames)),
    shorts(0x00280010, grid.size[1]),
    shorts(0x00280011, grid.size[0]),
    shorts(0x00280100, 1),
    shorts(0x00280101, 1),
    shorts(0x00280102, 0),
    shorts(0x00280103, 0),
    text(0x00282110, 'CS', '00'),
    text(0x00620001, 'CS', 'BINARY'),
    text(0x00620013, 'CS', 'NO'),
    { kind: 'value', tag: 0x7fe00010, stated: 'OB', value: pixels },
  ];
}

/** What a label means in a coded vocabulary is not known here, so all are tissue, the widest of the codes in use. */
function ofSegments({ classes, readers }: SegOptions): Written[] {
  const tissue = (tag: number): Written => code(tag, '85756007', 'SCT', 'Tissue');
  const by = readers.length > 0 ? 'MANUAL' : 'AUTOMATIC';
  return [
    sequence(
      0x00620002,
      ...classes.map(({ name }, at) => [
        tissue(0x00620003),
        shorts(0x00620004, at + 1),
        words(0x00620005, 'LO', name),
        text(0x00620008, 'CS', by),
        ...(by === 'AUTOMATIC' ? [text(0x00620009, 'LO', 'not stated')] : []),
        tissue(0x0062000f),
      ]),
    ),
  ];
}

function ofReferences({ target }: SettledMask, source: DicomFile, series: string): Written[] {
  const instances = [...target.pictures.keys()].map((instance) => reference(source, instance));
  return [sequence(0x00081115, [sequence(0x0008114a, ...instances), text(0x0020000e, 'UI', series)])];
}
