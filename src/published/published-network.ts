/**
 * Weights of a published network, brought from another code's file to voxolve's network of the same name.
 */
import { namedNetworks, type NamedNetwork } from '../../search-spaces/named.js';
import { UserError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { nearest } from '../core/nearest.js';
import type { TensorMap, Triple } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { greyArchitecture, greyWeights } from './grey-stem.js';
import { layouts } from './layouts/index.js';
import type { Layout } from './layouts/layout.js';
import { matchNames, misfitOf, type Match } from './match-names.js';
import { greyNormalisation, type Normalisation } from './normalisation.js';
import { readWeights } from './read-weights.js';
import type { StoredTensor } from './stored-tensor.js';
import { weightsFrom } from './weights-from.js';

export interface PublishedEncoder {
  readonly network: NamedNetwork;
  /** The code whose names the file has. */
  readonly layout: string;
  readonly architecture: Architecture;
  /** Named as in its `state_dict`. */
  readonly weights: TensorMap;
  /** Voxels `[D, H, W]` that the published weights were trained on. */
  readonly input: Triple;
  readonly normalisation: Normalisation | null;
  /** Tensors of the file that are not among the weights: the classifier, what lies beside the network. */
  readonly leftOut: readonly string[];
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly remarks: readonly string[];
}

/** @param channels of the scans; 1: colours are summed; absent: 1 */
export function readPublished(name: string, path: string, channels: 1 | 3 = 1): PublishedEncoder {
  const network = networkOf(name);
  const { tensors, bytes } = readWeights(path);
  const { layout, match } = fitting(network, tensors, path);
  const own = architectureOf(network, layout, match.channels);
  const weights = weightsFrom(own, match, layout, path);
  const { input } = network;
  const rest = {
    network,
    layout: layout.name,
    input: [input[1], input[2], input[3]] as const,
    leftOut: match.leftOut,
    hash: sha256(bytes),
    remarks: layout.remark === undefined ? [] : [layout.remark],
  };
  const { normalisation } = layout;
  if (channels === match.channels) {
    const fits =
      normalisation?.mean.length === channels
        ? normalisation
        : normalisation && greyNormalisation(normalisation);
    return { ...rest, architecture: own, weights, normalisation: fits };
  }
  if (channels === 3) {
    throw new UserError({
      subject: path,
      problem: 'holds a network of grey scans, whose first convolution has 1 channel',
      fix: 'leave out --channels 3',
    });
  }
  return {
    ...rest,
    architecture: greyArchitecture(own),
    weights: greyWeights(own, weights),
    normalisation: normalisation && greyNormalisation(normalisation),
  };
}

function networkOf(name: string): NamedNetwork {
  const network = namedNetworks.find((one) => one.name === name.toLowerCase());
  if (network !== undefined) return network;
  const names = namedNetworks.map((one) => one.name);
  const meant = nearest(name, names);
  throw new UserError({
    subject: `network "${name}"`,
    problem: 'is not known',
    fix: meant === undefined ? `choose one of ${names.join(', ')}` : `did you mean "${meant}"?`,
  });
}

function architectureOf(
  { space, genome }: NamedNetwork,
  { adapted }: Layout,
  channels: number,
): Architecture {
  const built = space.build(genome, { channels });
  return adapted === undefined ? built : adapted(built);
}

interface Fitting {
  readonly layout: Layout;
  readonly match: Match;
}

/** The layout whose names the file has, with every tensor checked. Throws `UserError` naming the first that is wrong. */
function fitting(network: NamedNetwork, tensors: ReadonlyMap<string, StoredTensor>, path: string): Fitting {
  const found = firstMatch(network, tensors);
  const misfit = found && misfitOf(found.match);
  if (found !== undefined && misfit === undefined) return found;
  const others = namedNetworks.filter((other) => {
    const match = other === network ? undefined : firstMatch(other, tensors);
    return match !== undefined && misfitOf(match.match) === undefined;
  });
  const codes = layouts.filter((one) => one.networks.includes(network.name)).map((one) => one.name);
  throw new UserError({
    subject: path,
    problem:
      misfit ??
      `holds no weights of ${network.name} as ${codes.join(' or ')} names them (${sampleOf(tensors)})`,
    fix:
      others.length > 0
        ? `these are weights of ${others.map(({ name }) => name).join(' or ')}: name that network`
        : `give weights of ${network.name} that ${codes.join(' or ')} saved`,
  });
}

function firstMatch(network: NamedNetwork, tensors: ReadonlyMap<string, StoredTensor>): Fitting | undefined {
  for (const layout of layouts.filter((one) => one.networks.includes(network.name))) {
    const match = matchNames(network.name, layout, tensors, (channels) =>
      architectureOf(network, layout, channels),
    );
    if (match !== undefined) return { layout, match };
  }
  return undefined;
}

function sampleOf(tensors: ReadonlyMap<string, StoredTensor>): string {
  const [first] = tensors.keys();
  return first === undefined ? 'it is empty' : `its first tensor is ${first.slice(0, 80)}`;
}
