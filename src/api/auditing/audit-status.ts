/** What is known of the audit of a setting. */
import type { Check } from '../../audit/audit.js';

/** A check as it is recorded. */
export type AuditedCheck = Pick<Check, 'name' | 'figure' | 'limit' | 'passed'>;

/** The audit of a search's setting: the checks of it, by where its scans are from; null where there was none. */
export interface AuditStatus {
  /** Name of the proxy task. */
  readonly task: string;
  readonly audited: {
    readonly on: 'these scans' | 'these phantoms';
    readonly checks: readonly AuditedCheck[];
  } | null;
}
