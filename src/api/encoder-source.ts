/**
 * The encoder that a downstream model starts from: a folder that voxolve wrote, a candidate of a database, or a
 * published network, whose weights are then random.
 */
import { existsSync } from 'node:fs';
import { namedNetworks } from '../../search-spaces/named.js';
import { UserError } from '../core/errors.js';
import { hashJson, sha256 } from '../core/hash.js';
import { plainJson, type Json } from '../core/json.js';
import type { TensorMap, Triple } from '../core/tensor.js';
import { encoderWeights } from '../export/weights.js';
import type { Architecture } from '../nn/architecture.js';
import { encoderPrefix } from '../pretrain/program.js';
import { greyArchitecture, greyWeights, hasColourStem } from '../published/grey-stem.js';
import { greyNormalisation, type Normalisation } from '../published/normalisation.js';
import type { ScanOptions } from '../scans/options.js';
import { chooseCandidate, weightsOf } from './candidate-weights.js';
import { isFolder, readEncoderFolder } from './encoders/encoder-folder.js';
import { resolvedFrom, withExperiment } from './open-experiment.js';

/** The encoder for scans of `channels`, and what is known of how it was trained. */
export interface EncoderSource {
  readonly architecture: Architecture;
  /** Named as in its `state_dict`; null where random ones are to be drawn. */
  readonly weights: TensorMap | null;
  readonly channels: number;
  /** Preprocessing of the scans that it was trained on; null where none is recorded. */
  readonly scans: ScanOptions | null;
  /** Voxels `[D, H, W]` that it was trained on at once; null where that is not known. */
  readonly input: Triple | null;
  /** Instead of the normalisation of each crop (`normaliseAsPublished`); null for encoders that want the latter. */
  readonly normalisation: Normalisation | null;
  /** Hash of architecture, weights and normalisation. */
  readonly fingerprint: string;
  /** Words on its origin, for reports. */
  readonly description: string;
  /**
   * The same encoder for scans of so many channels: one of colours takes grey scans by summing its first convolution
   * over them. Throws `UserError` where it reads others.
   */
  forChannels(channels: number): EncoderSource;
}

type Known = Omit<EncoderSource, 'channels' | 'fingerprint' | 'forChannels'>;

/**
 * `source`: a folder, `DB`, `DB:NUMBER` or `DB:winner`, or the name of a published network (for scans of one channel;
 * see `forChannels`). What exists goes before a name.
 */
export async function loadEncoder(source: string): Promise<EncoderSource> {
  const option = `--encoder ${source}`;
  if (isFolder(source)) {
    const { origin, ...folder } = readEncoderFolder(source, option);
    return withChannels({ ...folder, description: `${source} (${origin})` }, option);
  }
  const named = existsSync(source) ? undefined : namedNetworks.find(({ name }) => name === source);
  if (named !== undefined) return publishedNetwork(named, 1);
  const [, path = source, number = 'winner'] = existsSync(source)
    ? []
    : (/^(.+):(\d+|winner|best)$/.exec(source) ?? []);
  if (existsSync(path)) return withChannels(await fromDatabase(path, number, option), option);
  throw new UserError({
    subject: option,
    problem: 'there is no such folder, database or published network',
    fix: `name a folder that voxolve export, pretrain or import wrote, a database such as runs/ct.db:12, or one of ${namedNetworks.map(({ name }) => name).join(', ')}`,
  });
}

function fromDatabase(database: string, asked: string, option: string): Promise<Known> {
  return withExperiment({ database }, async (store, row) => {
    const candidate = chooseCandidate(store, row, asked, option);
    const resolved = await resolvedFrom(row, database);
    const architecture = resolved.architecture(candidate.genome);
    const [, , ...size] = resolved.plan.encoderInput;
    const { manifest: _, ...scans } = resolved.experiment.scans;
    return {
      architecture,
      weights: encoderWeights(architecture, weightsOf(store, row, candidate), encoderPrefix),
      scans,
      input: size,
      normalisation: null,
      description: `candidate ${candidate.number} of ${row.name} in ${database}`,
    };
  });
}

function publishedNetwork(network: (typeof namedNetworks)[number], channels: number): EncoderSource {
  const { name, space, genome, input } = network;
  const known: Known = {
    architecture: space.build(genome, { channels }),
    weights: null,
    scans: null,
    input: [input[1], input[2], input[3]],
    normalisation: null,
    description: `${name} with random weights`,
  };
  return {
    ...known,
    channels,
    fingerprint: fingerprintOf(known),
    forChannels: (others) => publishedNetwork(network, others),
  };
}

function withChannels(known: Known, option: string): EncoderSource {
  const { inChannels } = known.architecture;
  const own: EncoderSource = {
    ...known,
    channels: inChannels,
    fingerprint: fingerprintOf(known),
    forChannels: (channels) => {
      if (channels === inChannels) return own;
      if (channels === 1 && inChannels === 3 && hasColourStem(known.architecture)) {
        return withChannels(grey(known), option);
      }
      throw new UserError({
        subject: option,
        problem: `reads scans of ${inChannels === 1 ? '1 channel' : `${inChannels} channels`}, these have ${channels}`,
        fix: 'choose another encoder, or scans of as many channels',
      });
    },
  };
  return own;
}

function grey(known: Known): Known {
  const { architecture, weights, normalisation } = known;
  return {
    ...known,
    architecture: greyArchitecture(architecture),
    weights: weights && greyWeights(architecture, weights),
    normalisation: normalisation && greyNormalisation(normalisation),
    description: `${known.description}, summed over colours`,
  };
}

function fingerprintOf({ architecture, weights, normalisation }: Known): string {
  const tensors: Record<string, Json> = {};
  for (const [name, { shape, data }] of Object.entries(weights ?? {})) {
    tensors[name] = { shape, values: sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) };
  }
  return hashJson(plainJson({ architecture, weights: weights && tensors, normalisation }));
}
