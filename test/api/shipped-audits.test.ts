/**
 * The audits that ship with the experiments are those of what ships.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { auditSources } from '../../bench/audits/audit-sources.js';
import { auditStatus, recordAudit } from '../../src/api/auditing/audit-record.js';
import { auditText } from '../../src/cli/views/event-text.js';
import { usualEffort } from '../../src/api/audit.js';
import { subjectOf, trainingOf, type ShippedAudit } from '../../src/api/auditing/shipped-audits.js';
import { resolveExperiment, type ResolvedExperiment } from '../../src/experiment/resolve.js';
import { readExperiment } from '../../src/experiment/read.js';
import type { Experiment } from '../../src/experiment/schema.js';
import type { ScanSet } from '../../src/scans/sampling/scan-set.js';
import { temporaryFolder } from '../support/tiny.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = readdirSync(join(root, 'experiments'))
  .filter((name) => name.endsWith('.json'))
  .map((name) => basename(name, '.json'));

const prepared = async (name: string, changes: Partial<Experiment> = {}): Promise<ResolvedExperiment> =>
  resolveExperiment({ ...(await readExperiment(join(root, 'experiments', `${name}.json`))), ...changes });
const recordOf = (name: string): ShippedAudit =>
  JSON.parse(readFileSync(join(root, 'experiments', 'audits', `${name}.json`), 'utf8')) as ShippedAudit;
const stale = 'run npm run nightly:audits';

describe.each(names)('the audit of experiments/%s.json', (name) => {
  it('is that of its task, options and phantoms, by the code that is here', async () => {
    expect(existsSync(join(root, 'experiments', 'audits', `${name}.json`)), stale).toBe(true);
    const { subject, audit } = recordOf(name);
    const now = await prepared(name);
    expect(subject, stale).toEqual(subjectOf(now));
    const sources = auditSources(root, now.task.name);
    expect(audit, stale).toEqual({ effort: usualEffort, training: trainingOf(now), sources });
  });

  it('found no shortcut, at five seeds on its phantoms and wherever else it was asked', () => {
    const { runs } = recordOf(name);
    const onPhantoms = runs.filter(({ scans }) => scans === 'phantoms').map(({ seed }) => seed);
    expect(onPhantoms.sort()).toEqual([1, 2, 3, 4, 5]);
    for (const { scans, seed, checks } of runs) {
      expect(checks.length).toBeGreaterThanOrEqual(4);
      for (const { name: check, passed, ci95, limit } of checks) {
        expect(passed, `${scans} ${seed} ${check}`).toBe(true);
        // The planted leak alone has to be found.
        if (check === 'planted leak is caught') expect(ci95[0]).toBeGreaterThan(limit);
        else expect(ci95[0]).toBeLessThanOrEqual(limit);
      }
    }
  });
});

const auditRemark = (...setting: Parameters<typeof auditStatus>): string =>
  auditText(auditStatus(...setting));

describe('what a search says of the audit of its setting', () => {
  const scans = { fingerprint: 'some scans' } as ScanSet;
  afterEach(() => vi.unstubAllEnvs());

  it('is that no shortcut was found, with figures, where it ships with an audit', async () => {
    vi.stubEnv('VOXOLVE_CACHE', temporaryFolder());
    const line = auditRemark(await prepared('quickstart'), scans, 'phantoms');
    expect(line).toMatch(
      /^jigsaw3d was audited on these phantoms: no shortcut found in 10 checks; score of a weak classifier 0\.\d{3} \(limit 0\.281\); of a network on shuffled tissue 0\.\d{3} \(limit 0\.281\)$/,
    );
    const elsewhere = await prepared('quickstart', { seed: 77, candidates: 3, name: 'mine' });
    expect(auditRemark(elsewhere, scans, 'phantoms')).toContain('no shortcut found in 10 checks');
  });

  it('is that it was not audited on other scans, with other options or other phantoms', async () => {
    vi.stubEnv('VOXOLVE_CACHE', temporaryFolder());
    const usual = await prepared('quickstart');
    expect(auditRemark(usual, scans, '/data/ct')).toContain('is not audited');
    const proxyTask = { name: 'jigsaw3d', options: { patch: 10, foreground: 0.1 } };
    expect(auditRemark(await prepared('quickstart', { proxyTask }), scans, 'phantoms')).toContain(
      'is not audited',
    );
    const phantoms = { patients: 16, size: 48, seed: 2, contrast: 2 };
    expect(auditRemark(await prepared('quickstart', { phantoms }), scans, 'phantoms')).toContain(
      'is not audited',
    );
  });

  it("is the user's own audit of these scans where there is one, failed or passed", async () => {
    vi.stubEnv('VOXOLVE_CACHE', temporaryFolder());
    const usual = await prepared('quickstart');
    const check = { name: 'weak statistics', figure: 0.5, limit: 0.281, passed: false };
    recordAudit(usual, scans, [check]);
    expect(auditRemark(usual, scans, 'phantoms')).toBe(
      'jigsaw3d failed its audit on these scans: weak statistics',
    );
    recordAudit(usual, scans, [{ ...check, figure: 0.1, passed: true }]);
    expect(auditRemark(usual, scans, '/data/ct')).toBe(
      'jigsaw3d was audited on these scans: no shortcut found in 1 check; score of a weak classifier 0.100 (limit 0.281)',
    );
  });
});
