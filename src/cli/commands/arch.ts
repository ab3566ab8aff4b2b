/** `voxolve arch NAME`: a published network, layer by layer, and what it costs. */
import { describeNetwork, networkNames, type NetworkOptions } from '../../api/network.js';
import { UserError } from '../../core/errors.js';
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
        describe: networkNames.join(', '),
      })
      .option('classes', { type: 'number', describe: 'classes of its head (default: as published)' })
      .option('input', { type: 'string', describe: 'C,D,H,W of a clip or volume (default: as published)' })
      .options(jsonOption),
  handler: ({ name: asked, classes: wanted, input: text, json }) => {
    const clip = text === undefined ? undefined : parseInput(text);
    const network = describeNetwork({ name: asked, classes: wanted, input: clip });
    const { name, space, source, classes, input, params, macs, peakActivationBytes, genome, layers } =
      network;
    if (json) {
      return printJson({
        name,
        space,
        source,
        classes,
        input: [...input],
        params,
        macs,
        peak_activation_bytes: peakActivationBytes,
        genome,
        layers: layers.map((layer) => ({ ...layer, input: [...layer.input], output: [...layer.output] })),
      });
    }
    const rows = layers.map(({ path, kind, output, params: own, macs: work }) => [
      path,
      kind,
      output.slice(1).join('×'),
      own,
      work,
    ]);
    print(table(['layer', 'kind', 'output', 'parameters', 'MACs'], rows));
    print(
      `${name} for [${input.join(', ')}] and ${classes} classes: ${params} parameters, ${si(macs)} MACs, ` +
        `${si(peakActivationBytes)}B of activations at the peak`,
    );
  },
});

function parseInput(text: string): NonNullable<NetworkOptions['input']> {
  const extents = text.split(',').map(Number);
  if (extents.length === 4 && extents.every((extent) => Number.isInteger(extent) && extent > 0)) {
    return extents as unknown as NonNullable<NetworkOptions['input']>;
  }
  throw new UserError({
    subject: '--input',
    problem: `must be four positive integers C,D,H,W, got "${text}"`,
    fix: 'write it as 3,16,112,112',
  });
}
