/** Files that do not leave: counted by reason, and copied where a report was asked for. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReasonCode, Refusal } from '../file/refusal.js';

export interface Held {
  readonly code: ReasonCode;
  readonly detail: string;
  /** Name of the copy in the quarantine; null where there is none. */
  readonly copy: string | null;
}

export class Quarantine {
  readonly held: Held[] = [];

  /** @param folder where copies go; null keeps none */
  constructor(private readonly folder: string | null) {}

  add(path: string, { code, detail }: Refusal): void {
    const copy = this.copied(path, code);
    this.held.push({ code, detail, copy });
  }

  counts(): Partial<Record<ReasonCode, number>> {
    const counts: Partial<Record<ReasonCode, number>> = {};
    for (const { code } of this.held) counts[code] = (counts[code] ?? 0) + 1;
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Copies carry a number and the reason, since names of files may be names of patients. */
  private copied(path: string, code: ReasonCode): string | null {
    if (this.folder === null || code === 'link' || code === 'unreadable') return null;
    const name = `${String(this.held.length + 1).padStart(6, '0')}-${code}`;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    copyFileSync(path, join(this.folder, name));
    chmodSync(join(this.folder, name), 0o600);
    return name;
  }
}
