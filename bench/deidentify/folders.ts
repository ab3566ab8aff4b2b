/** Folders below a root that hold DICOM files themselves, with these files; in an order that does not depend on the machine. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

export interface DicomFolder {
  readonly folder: string;
  /** Paths of the files, sorted. */
  readonly files: readonly string[];
}

export function dicomFolders(root: string): DicomFolder[] {
  const entries = readdirSync(root, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(root, name))
    .filter(isDicom);
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => dicomFolders(join(root, name)));
  return files.length === 0 ? below : [{ folder: root, files }, ...below];
}

/** True for files with the mark of PS3.10, and for data sets without it that begin with group 0008 or 0002. */
function isDicom(path: string): boolean {
  const head = Buffer.alloc(132);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head, 0, head.length, 0);
    if (length === head.length && head.toString('latin1', 128) === 'DICM') return true;
    return length > 16 && /\.(dcm|dicom|ima)$/i.test(path);
  } finally {
    closeSync(file);
  }
}
