/**
 * The report of a federation: `report.json`, and the same for people.
 */
import { join } from 'node:path';
import { writeAtomically } from '../../core/atomic-write.js';

export interface FederatedReport {
  /** Version of voxolve. */
  readonly version: string;
  readonly experiment: string;
  readonly status: 'done' | 'diverged';
  readonly algorithm: 'fedavg' | 'fedprox';
  /** Weight of the proximal term; null without one. */
  readonly mu: number | null;
  readonly rounds: number;
  /** Optimiser steps of a site in a round. */
  readonly localSteps: number;
  readonly sites: readonly { readonly name: string; readonly patients: number; readonly volumes: number }[];
  /** `local`: batch norms stayed at the sites, and scores are means over their networks. */
  readonly normalisation: 'shared' | 'local';
  readonly participation: number;
  /** Updates that were awaited, and how many of them were lost. */
  readonly updates: { readonly awaited: number; readonly lost: number };
  readonly metric: string;
  readonly chance: number;
  /** On the same held-out batches; null if diverged. */
  readonly scores: {
    /** After the last round. */
    readonly federated: number | null;
    readonly best: { readonly round: number; readonly score: number } | null;
    /** Trained on all scans together, as many steps as a site takes; null where it was left out or diverged. */
    readonly pooled: number | null;
    readonly bestPooled: { readonly step: number; readonly score: number } | null;
  };
  readonly traffic: {
    /** Parameters that travel. */
    readonly parameters: number;
    /** Bytes of one message: a site receives one and sends one in a round. */
    readonly message: { readonly down: number; readonly up: number };
    /** Means over the rounds, of all sites together. */
    readonly perRound: { readonly down: number; readonly up: number };
  };
  /** Of a whole site; null without noise. */
  readonly privacy: {
    readonly unit: 'site';
    readonly epsilon: number;
    readonly delta: number;
    readonly noise: number;
    readonly clip: number;
    readonly sampling: number;
    readonly accountant: 'rdp';
  } | null;
}

export async function writeFederatedReport(folder: string, report: FederatedReport): Promise<string> {
  await writeAtomically(join(folder, 'report.md'), markdown(report));
  const path = join(folder, 'report.json');
  await writeAtomically(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

const shown = (score: number | null | undefined): string => (score == null ? '–' : score.toFixed(3));

function markdown(report: FederatedReport): string {
  const { sites, rounds, localSteps, algorithm, mu, metric, chance, scores, status } = report;
  const method = algorithm === 'fedavg' ? 'FedAvg' : `FedProx (μ ${mu ?? ''})`;
  const lines = [
    `# Federated pretraining of ${report.experiment.replace(/[\\`*_[\]<>|]/g, '\\$&')}`,
    `${sites.length} simulated sites, ${rounds} rounds of ${localSteps} steps, ${method}${status === 'done' ? '' : '; training diverged'}. Made by voxolve ${report.version}.`,
    '## Scores',
    `The ${metric} on the same batches of held-out patients; chance is ${shown(chance)}.`,
    table(
      ['Trained on', 'At the end', 'Best'],
      [
        ['the sites, federated', shown(scores.federated), shown(scores.best?.score)],
        ['all scans together', shown(scores.pooled), shown(scores.bestPooled?.score)],
      ],
    ),
    '## Sites',
    table(
      ['Site', 'Patients', 'Volumes'],
      sites.map(({ name, patients, volumes }) => [name, String(patients), String(volumes)]),
    ),
    ...trafficOf(report),
    ...privacyOf(report),
  ];
  return `${lines.join('\n\n')}\n`;
}

function trafficOf({ traffic, updates, normalisation }: FederatedReport): string[] {
  const { parameters, message, perRound } = traffic;
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const kept = normalisation === 'local' ? ' Batch norms stayed at the sites.' : '';
  return [
    '## Traffic',
    `${count(parameters)} parameters travel: ${count(message.down)} bytes to a site and ${count(message.up)} from it in a round; on average ${count(perRound.down)} and ${count(perRound.up)} bytes a round for all sites together. ${updates.lost} of ${updates.awaited} updates were lost on their way, and the others weighted anew.${kept}`,
  ];
}

function privacyOf({ privacy }: FederatedReport): string[] {
  if (privacy === null) {
    return [
      '## Privacy',
      'No noise was added: updates can tell of the scans that they were computed from. Scans themselves never left a site.',
    ];
  }
  const { epsilon, delta, noise, clip, sampling } = privacy;
  return [
    '## Privacy',
    `All rounds together are (${epsilon.toFixed(2)}, ${delta})-differentially private for a whole site: updates were clipped to norm ${clip}, their sum got noise of ${Number(noise.toPrecision(4))} times that, and each site took part with probability ${sampling} (Rényi accountant). The noise of a simulation comes from a seeded generator and protects nobody.`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
