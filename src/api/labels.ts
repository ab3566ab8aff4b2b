/**
 * Brings in what readers drew and said: files of annotation programs become a manifest, with masks on the grids of the scans.
 */
import { existsSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { newUid } from '../deidentify/identity/uids.js';
import { readKey } from '../deidentify/folder/key-file.js';
import { classAgreement, maskAgreement, type Agreement } from '../labels/agreement/report.js';
import { collect, listedFiles } from '../labels/collect.js';
import { exportClasses, exportMasks } from '../labels/output/export.js';
import type { LabelIds } from '../labels/output/mdai.js';
import { checkedPlace, type Place, type WrittenAs } from '../labels/output/place.js';
import { writeClasses, writeMasks } from '../labels/output/write.js';
import { judge, settleClasses } from '../labels/readers/classes.js';
import { numberLabels } from '../labels/readers/label-map.js';
import { settleMasks } from '../labels/readers/masks.js';
import { readerNames, refuseNameless } from '../labels/readers/names.js';
import { opinionsOf, type Opinion } from '../labels/readers/opinion.js';
import { POLICIES, type Policy } from '../labels/readers/policy.js';
import { openTargets, type OpenedTargets } from '../labels/scans/open-targets.js';
import { indexTargets } from '../labels/scans/target-index.js';
import { labelIdsIn } from '../labels/sources/mdai.js';
import { remark, type Collected } from '../labels/statement.js';

export interface LabelsOptions {
  /** Files of labels, or folders of such files. */
  readonly files: readonly string[];
  /** Folder of the scans that they are of. */
  readonly scans: string;
  /** What to write, which must not exist: a manifest `.csv`, MD.ai's `.json`, or a folder of segmentations. */
  readonly output: string;
  /** A manifest for training, or files for an annotation program. Absent: `manifest`. */
  readonly to?: WrittenAs | undefined;
  /** MD.ai's JSON of a project whose labels have these names: their ids are used. Absent: ids of our own. */
  readonly project?: string | undefined;
  /** Table that says which scan is whose; its other columns are kept. Absent: none. */
  readonly manifest?: string | undefined;
  /** Classes of whole scans, or voxel masks. Absent: what there is. */
  readonly take?: 'classes' | 'masks' | undefined;
  /** Labels that count. Absent: all. */
  readonly labels?: readonly string[] | undefined;
  /** What becomes of scans that several readers labelled. Absent: `refuse`. */
  readonly readers?: Policy | undefined;
  /** Takes each file to be by a reader of its own. */
  readonly readerPerFile?: boolean | undefined;
  /** Takes what is not labelled to be negative, not unknown. */
  readonly absentIsNegative?: boolean | undefined;
  /** Leaves out frames that the annotation program interpolated. */
  readonly dropInterpolated?: boolean | undefined;
  /** Of tables of predictions takes what was predicted, not what was said. */
  readonly predicted?: boolean | undefined;
  /** Key of `deidentify`: old UIDs find scans with new ones, and the other way round. Absent: UIDs are taken as they are. */
  readonly key?: string | undefined;
  readonly cacheDirectory?: string | undefined;
  /** Called as scans are found, then as files of labels are read. */
  readonly onProgress?: ((done: number, total: number, what: 'scans' | 'labels') => void) | undefined;
}

export interface LabelsOutcome {
  readonly kind: 'classes' | 'masks';
  readonly rows: number;
  readonly scans: number;
  /** Names, with their number in masks, or how many rows have them. */
  readonly labels: readonly { readonly name: string; readonly number?: number; readonly rows?: number }[];
  readonly readers: readonly string[];
  readonly agreement: Agreement;
  /** What the user should know, with how often it happened. */
  readonly remarks: readonly { readonly text: string; readonly count: number }[];
  /** Scans that cannot be used, with the reason. */
  readonly unusable: OpenedTargets['unusable'];
}

/** Writes the manifest and its masks whole or not at all. Throws `UserError` for input that it cannot answer for. */
export async function labels(options: LabelsOptions): Promise<LabelsOutcome> {
  const place = checkedPlace(options.output, options.to);
  const known = options.project === undefined ? new Map() : await labelIdsIn(options.project);
  const files = listedFiles(options.files);
  const key = options.key === undefined ? null : keyAt(options.key);
  const { targets, unusable } = await openTargets({
    folder: options.scans,
    manifest: options.manifest,
    output: options.output,
    cacheDirectory: options.cacheDirectory,
    onProgress: (done, total) => options.onProgress?.(done, total, 'scans'),
  });
  const index = indexTargets(targets, key === null ? undefined : (old) => newUid(old, key));
  const settings = {
    dropInterpolated: options.dropInterpolated ?? false,
    predicted: options.predicted ?? false,
    readerOf: (file: { number: number }) => (options.readerPerFile === true ? `file ${file.number}` : null),
  };
  const collected = await collect(files, index, settings, (done, of) =>
    options.onProgress?.(done, of, 'labels'),
  );
  refuseUnmatched(collected, options);
  const names = readerNames(collected, key);
  const nameOf = (reader: string): string => names.get(reader) ?? '';
  const kind = kindOf(collected, options);
  if (kind === 'masks') refuseNameless(collected, files);
  const opinions = opinionsOf(collected, chosenLabels(collected, options.labels));
  const asked = {
    policy: policyOf(options.readers),
    absent: options.absentIsNegative ?? false,
    nameOf,
    known,
  };
  const settled =
    kind === 'classes'
      ? await classes(opinions, asked, collected, place)
      : await masks(opinions, asked, collected, place);
  return {
    kind,
    ...settled,
    readers: [...names.values()].filter((name) => name !== ''),
    remarks: [...collected.remarks].map(([text, count]) => ({ text, count })),
    unusable,
  };
}

interface Asked {
  readonly policy: Policy;
  readonly absent: boolean;
  readonly nameOf: (reader: string) => string;
  readonly known: LabelIds;
}

type Settled = Pick<LabelsOutcome, 'rows' | 'scans' | 'labels' | 'agreement'>;

async function classes(
  opinions: readonly Opinion[],
  { policy, absent, nameOf, known }: Asked,
  collected: Collected,
  place: Place,
): Promise<Settled> {
  const judged = judge(opinions, absent);
  const agreement = { ...classAgreement(judged, nameOf), dice: [] };
  const { rows, undecided } = settleClasses(judged, policy, nameOf);
  if (undecided > 0) remark(collected, 'scans without a majority, left out', undecided);
  if (rows.length === 0) throw nothingLeft(place.path);
  if (place.as === 'manifest') await writeClasses(place, rows, nameOf);
  else await exportClasses(place, rows, { nameOf, known });
  const names = [...new Set(rows.map(({ label }) => label))].sort();
  return {
    rows: rows.length,
    scans: new Set(rows.map(({ opinions: [first] }) => first?.target)).size,
    labels: names.map((name) => ({ name, rows: rows.filter(({ label }) => label === name).length })),
    agreement,
  };
}

async function masks(
  opinions: readonly Opinion[],
  { policy, absent, nameOf, known }: Asked,
  collected: Collected,
  place: Place,
): Promise<Settled> {
  const drawn = opinions.map((opinion) => ({
    ...opinion,
    statements: opinion.statements.filter(({ region }) => region !== null),
  }));
  const numbered = numberLabels(drawn);
  if (numbered.length === 0) throw nothingLeft(place.path);
  const counts = { undecided: 0, overlaps: 0 };
  const targets = new Set(
    drawn
      .filter(({ statements, whole }) => absent || whole || statements.length > 0)
      .map(({ target }) => target),
  );
  const settled = settleMasks(drawn, { classes: numbered, policy, absent, nameOf, counts });
  const { rows, unknown } =
    place.as === 'manifest'
      ? { rows: await writeMasks(place, settled, numbered, nameOf), unknown: 0 }
      : await exportMasks(place, settled, numbered, { nameOf, known });
  if (unknown > 0) remark(collected, `voxels that are unknown, which ${NAMES[place.as]} cannot say`, unknown);
  if (counts.undecided > 0) remark(collected, 'voxels without a majority, unknown', counts.undecided);
  if (counts.overlaps > 0)
    remark(collected, 'voxels with two labels, the later of the list kept', counts.overlaps);
  return {
    rows,
    scans: targets.size,
    labels: numbered.map(({ name, number }) => ({ name, number })),
    agreement: { cohen: [], fleiss: null, dice: maskAgreement(drawn, nameOf) },
  };
}

const NAMES: Readonly<Record<WrittenAs, string>> = {
  manifest: 'a manifest',
  mdai: 'MD.ai',
  'dicom-seg': 'a segmentation',
};

function nothingLeft(path: string): UserError {
  return new UserError({
    subject: path,
    problem: 'would have no row: no scan has a label that is decided',
    fix: 'choose another --label or --readers',
  });
}

function policyOf(readers: Policy | undefined): Policy {
  const policy = readers ?? 'refuse';
  if (POLICIES.includes(policy)) return policy;
  throw new UserError({
    subject: `--readers ${String(policy)}`,
    problem: 'is no policy',
    fix: `choose among ${POLICIES.join(', ')}`,
  });
}

function keyAt(path: string) {
  if (existsSync(path)) return readKey(path);
  throw new UserError({ subject: `--key ${path}`, problem: 'is not there', fix: 'check the path' });
}

function refuseUnmatched({ statements, looked }: Collected, { scans, key }: LabelsOptions): void {
  if (statements.length > 0 || looked.length > 0) return;
  throw new UserError({
    subject: scans,
    problem: 'holds none of the scans that the files label',
    fix: key === undefined ? 'if either was de-identified, give its --key' : 'name their folder',
  });
}

function kindOf({ statements }: Collected, { take, scans }: LabelsOptions): 'classes' | 'masks' {
  if (take !== undefined) return take;
  const drawn = statements.filter(({ region }) => region !== null).length;
  if (drawn === 0) return 'classes';
  if (drawn === statements.length) return 'masks';
  throw new UserError({
    subject: scans,
    problem: `has ${drawn} drawings and ${statements.length - drawn} labels of whole scans; a manifest holds one kind`,
    fix: 'choose --take classes or --take masks',
  });
}

function chosenLabels({ statements }: Collected, wanted: readonly string[] = []): ReadonlySet<string> | null {
  if (wanted.length === 0) return null;
  const known = new Set(statements.map(({ label }) => label));
  for (const label of wanted) {
    if (known.has(label)) continue;
    const meant = nearest(label, [...known]);
    throw new UserError({
      subject: `--label ${label}`,
      problem: 'is a label of none of the scans',
      fix:
        meant === undefined
          ? `choose among ${[...known].sort().slice(0, 12).join(', ')}`
          : `did you mean "${meant}"?`,
    });
  }
  return new Set(wanted);
}
