/**
 * The source of an architecture: a file (a genome of the experiment's space, or an export's `architecture.json`),
 * a candidate of a database, or a published network by its name, whatever the experiment's space.
 */
import { existsSync } from 'node:fs';
import { namedNetworks } from '../../../search-spaces/named.js';
import { messageOf, UserError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { readText } from '../../core/read-text.js';
import type { PlannedExperiment } from '../../experiment/resolve.js';
import type { ExportOrigin } from '../../export/contents.js';
import type { Architecture } from '../../nn/architecture.js';
import { checkArchitecture } from '../../nn/check.js';
import { withNorm } from '../../nn/norm.js';
import { parseGenome } from '../../search/space.js';
import { chooseCandidate } from '../candidate-weights.js';
import { resolvedFrom, withExperiment } from '../open-experiment.js';

export interface ArchitectureSource {
  readonly architecture: Architecture;
  /** `space` where it is another one than the experiment's. */
  readonly origin: Pick<ExportOrigin, 'candidate' | 'genome'> & Partial<Pick<ExportOrigin, 'space'>>;
}

/**
 * The architecture with the norm that the experiment's training asks for. `source`: FILE, DB, DB:NUMBER or NAME. Without a number, the winner; a file of a published network's name
 * goes before it.
 *
 * @param channels of the scans
 */
export async function loadArchitecture(
  source: string,
  resolved: PlannedExperiment,
  channels: number,
): Promise<ArchitectureSource> {
  const { architecture, origin } = await found(source, resolved, channels);
  return { architecture: withNorm(architecture, resolved.experiment.training.norm), origin };
}

async function found(
  source: string,
  resolved: PlannedExperiment,
  channels: number,
): Promise<ArchitectureSource> {
  const network = existsSync(source) ? undefined : namedNetworks.find(({ name }) => name === source);
  if (network !== undefined) {
    const { space, genome } = network;
    return { architecture: space.build(genome, { channels }), origin: { genome, space: space.name } };
  }
  const [, path = source, number] = existsSync(source) ? [] : (/^(.+):(\d+|winner|best)$/.exec(source) ?? []);
  if (!existsSync(path)) {
    throw new UserError({
      subject: `--architecture ${source}`,
      problem: 'there is no such file, database or published network',
      fix: `name a genome (JSON), the architecture.json of an export, a database such as runs/ct.db:12, or one of ${namedNetworks.map(({ name }) => name).join(', ')}`,
    });
  }
  if (path.endsWith('.json')) return fromFile(path, resolved);
  return withExperiment({ database: path }, async (store, row) => {
    const { number: candidate, genome } = chooseCandidate(
      store,
      row,
      number ?? 'winner',
      `--architecture ${source}`,
    );
    const recorded = await resolvedFrom(row, path);
    requireSpace(source, recorded.space.name, resolved);
    return { architecture: recorded.architecture(genome), origin: { candidate, genome } };
  });
}

function requireSpace(source: string, name: string, resolved: PlannedExperiment): void {
  if (name === resolved.space.name) return;
  throw new UserError({
    subject: `--architecture ${source}`,
    problem: `comes from the search space ${name}, the experiment names ${resolved.space.name}`,
    fix: `set "space": "${name}" in the experiment`,
  });
}

function fromFile(path: string, resolved: PlannedExperiment): ArchitectureSource {
  let value: Json;
  try {
    value = JSON.parse(readText(path)) as Json;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      { subject: path, problem: `is not JSON (${messageOf(cause)})`, fix: 'correct the file' },
      { cause },
    );
  }
  if (isExport(value)) {
    checkArchitecture(value.architecture);
    const { genome } = value.origin ?? {};
    return { architecture: value.architecture, origin: genome === undefined ? {} : { genome } };
  }
  const genome = parseGenome(resolved.space, value, path);
  return { architecture: resolved.architecture(genome), origin: { genome } };
}

/** An `architecture.json` of an export, by its keys. */
function isExport(
  value: unknown,
): value is { readonly architecture: Architecture; readonly origin?: { readonly genome?: Json } } {
  if (typeof value !== 'object' || value === null || !('architecture' in value)) return false;
  const { architecture } = value;
  return typeof architecture === 'object' && architecture !== null && 'encoder' in architecture;
}
