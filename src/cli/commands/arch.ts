/** `voxolve arch NAME`: a published network, layer by layer, and what it costs. */
import {
  namedNetworks,
  classifier,
  type ClipShape,
  type NamedNetwork,
} from '../../../search-spaces/named.js';
import { UserError } from '../../core/errors.js';
import { costOf } from '../../ir/cost.js';
import { infeasibility } from '../../nn/shapes.js';
import { summarise } from '../../nn/summary.js';
import { encoderGraph } from '../../pretrain/program.js';
import { defineCommand } from '../command.js';
import { si, table } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';

export const arch = defineCommand({
  command: 'arch <name>',
  describe: 'a published network: layers, parameters, multiply-accumulates and memory',
  builder: (yargs) =>
    yargs
      .positional('name', {
        type: 'string',
        demandOption: true,
        describe: namedNetworks.map(({ name }) => name).join(', '),
      })
      .option('classes', { type: 'number', describe: 'classes of its head (default: as published)' })
      .option('input', { type: 'string', describe: 'C,D,H,W of a clip or volume (default: as published)' })
      .options(jsonOption),
  handler: (args) => {
    const network = find(args.name);
    const classes = args.classes ?? network.classes;
    if (!Number.isInteger(classes) || classes < 1) {
      throw new UserError({
        subject: '--classes',
        problem: `must be a positive integer, got ${classes}`,
        fix: 'use 1 or more',
      });
    }
    const input = args.input === undefined ? network.input : parseInput(args.input);
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
    if (args.json) {
      printJson({
        name,
        space: space.name,
        source: space.source,
        classes,
        input: [...input],
        params,
        macs,
        peak_activation_bytes: peakActivationBytes,
        genome,
        layers: layers.map((layer) => ({
          ...layer,
          input: [...layer.input],
          output: [...layer.output],
        })),
      });
      return;
    }
    const rows = layers.map(({ path, kind, output, params: held, macs: work }) => [
      path,
      kind,
      output.slice(1).join('×'),
      held,
      work,
    ]);
    print(table(['layer', 'kind', 'output', 'parameters', 'MACs'], rows));
    print(
      `${name} for [${input.join(', ')}] and ${classes} classes: ${params} parameters, ${si(macs)} MACs, ` +
        `${si(peakActivationBytes)}B of activations at the peak`,
    );
  },
});

function find(name: string): NamedNetwork {
  const network = namedNetworks.find((one) => one.name === name.toLowerCase());
  if (network !== undefined) return network;
  throw new UserError({
    subject: `network "${name}"`,
    problem: 'is not known',
    fix: `choose one of ${namedNetworks.map((one) => one.name).join(', ')}`,
  });
}

function parseInput(text: string): ClipShape {
  const extents = text.split(',').map(Number);
  if (extents.length === 4 && extents.every((extent) => Number.isInteger(extent) && extent > 0)) {
    return extents as unknown as ClipShape;
  }
  throw new UserError({
    subject: '--input',
    problem: `must be four positive integers C,D,H,W, got "${text}"`,
    fix: 'write it as 3,16,112,112',
  });
}
