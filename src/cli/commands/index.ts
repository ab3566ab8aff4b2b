/**
 * The commands, in the order in which `voxolve --help` lists them. Each is loaded when it is asked for: what `search`
 * needs takes most of a second, and `status` none of it.
 */
import type { CommandModule } from 'yargs';

const loaders = {
  search: async () => (await import('./search.js')).search,
  resume: async () => (await import('./resume.js')).resume,
  worker: async () => (await import('./worker.js')).worker,
  fleet: async () => (await import('./fleet.js')).fleet,
  status: async () => (await import('./status.js')).status,
  dashboard: async () => (await import('./dashboard.js')).dashboard,
  report: async () => (await import('./report.js')).report,
  lineage: async () => (await import('./lineage.js')).lineage,
  pretrain: async () => (await import('./pretrain.js')).pretrain,
  finetune: async () => (await import('./finetune.js')).finetune,
  export: async () => (await import('./export.js')).exportCommand,
  import: async () => (await import('./import.js')).importCommand,
  arch: async () => (await import('./arch.js')).arch,
  scans: async () => (await import('./scans.js')).scans,
  deidentify: async () => (await import('./deidentify.js')).deidentifyCommand,
  labels: async () => (await import('./labels.js')).labelsCommand,
  audit: async () => (await import('./audit.js')).audit,
  evaluate: async () => (await import('./evaluate.js')).evaluate,
  verify: async () => (await import('./verify.js')).verify,
  doctor: async () => (await import('./doctor.js')).doctor,
};

/** The command that `words` begin with, or all where they begin with none: for help, and for advice on misspellings. */
export async function commandsFor(words: readonly string[]): Promise<CommandModule[]> {
  const name = words[0] ?? '';
  const chosen = Object.hasOwn(loaders, name)
    ? [loaders[name as keyof typeof loaders]]
    : Object.values(loaders);
  return (await Promise.all(chosen.map((load) => load()))) as unknown as CommandModule[];
}
