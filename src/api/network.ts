/**
 * A published network: its layers, and what it costs.
 */
import { classifier, namedNetworks, type ClipShape, type NamedNetwork } from '../../search-spaces/named.js';
import { UserError } from '../core/errors.js';
import type { Json } from '../core/json.js';
import { costOf } from '../ir/cost.js';
import { infeasibility } from '../nn/shapes.js';
import { summarise } from '../nn/summary.js';
import { encoderGraph } from '../pretrain/program.js';

/** Names of the published networks. */
export const networkNames: readonly string[] = namedNetworks.map(({ name }) => name);

export interface NetworkOptions {
  readonly name: string;
  /** Classes of its head; absent: as published. */
  readonly classes?: number | undefined;
  /** `[C, D, H, W]` of one clip or volume; absent: as published. */
  readonly input?: ClipShape | undefined;
}

export interface NetworkDescription {
  readonly name: string;
  readonly space: string;
  /** Paper or page that the space follows. */
  readonly source: string;
  readonly classes: number;
  readonly input: ClipShape;
  readonly params: number;
  /** Multiply-accumulates of one forward pass. */
  readonly macs: number;
  readonly peakActivationBytes: number;
  readonly genome: Json;
  readonly layers: ReturnType<typeof summarise>['layers'];
}

/** Throws `UserError` for an unknown name and for an input that its layers do not fit. */
export function describeNetwork(options: NetworkOptions): NetworkDescription {
  const network = find(options.name);
  const { classes = network.classes, input = network.input } = options;
  if (!Number.isInteger(classes) || classes < 1) {
    throw new UserError({
      subject: '--classes',
      problem: `must be a positive integer, got ${classes}`,
      fix: 'use 1 or more',
    });
  }
  const [channels] = input;
  const architecture = classifier(network.space, network.genome, channels, classes);
  const shape = [1, ...input] as const;
  const reason = infeasibility(architecture, shape);
  if (reason !== null) {
    throw new UserError({ subject: '--input', problem: reason, fix: 'give a larger clip or volume' });
  }
  const { layers, params, macs } = summarise(architecture, shape);
  const { peakActivationBytes } = costOf(encoderGraph(architecture, shape));
  const { name, space, genome } = network;
  const { name: spaceName, source } = space;
  return {
    name,
    space: spaceName,
    source,
    classes,
    input,
    params,
    macs,
    peakActivationBytes,
    genome,
    layers,
  };
}

function find(name: string): NamedNetwork {
  const network = namedNetworks.find((one) => one.name === name.toLowerCase());
  if (network !== undefined) return network;
  throw new UserError({
    subject: `network "${name}"`,
    problem: 'is not known',
    fix: `choose one of ${networkNames.join(', ')}`,
  });
}
