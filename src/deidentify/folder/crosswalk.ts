/** The table of old and new identities: written on request only, for the holder of the key alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CleanFile } from '../file/deidentify-file.js';
import { csvLine } from './metadata.js';

export class Crosswalk {
  private readonly lines = new Set<string>();

  add({ patient, old, fresh }: Pick<CleanFile, 'patient' | 'old' | 'fresh'>): void {
    this.lines.add(csvLine(['patient', patient.identity, patient.pseudonym]));
    this.lines.add(csvLine(['study', old.study, fresh.study]));
    this.lines.add(csvLine(['series', old.series, fresh.series]));
    this.lines.add(csvLine(['instance', old.instance, fresh.instance]));
  }

  write(path: string): void {
    const text = csvLine(['what', 'old', 'new']) + [...this.lines].sort().join('');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  }
}
