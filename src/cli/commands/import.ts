/** `voxolve import NETWORK FILE -o DIR`: published weights become an encoder like an exported one. */
import { importWeights } from '../../api/import.js';
import { defineCommand } from '../command.js';
import { plural, si } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';

export const importCommand = defineCommand({
  command: 'import <network> <file>',
  describe: 'make published weights of a network an encoder like an exported one',
  builder: (yargs) =>
    yargs
      .positional('network', {
        type: 'string',
        demandOption: true,
        describe: 'r3d-18, mc3-18, r2plus1d-18, x3d-xs, x3d-s, x3d-m, x3d-l or movinet-a0',
      })
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: "its weights: PyTorch's (.pth, .pt) or safetensors; nothing in them is run",
      })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('channels', {
        type: 'number',
        choices: [1, 3] as const,
        default: 1 as const,
        describe: 'of the scans: 1 sums the first convolution over colours',
      })
      .options(jsonOption),
  handler: async ({ network, file, output, channels, json }) => {
    const written = await importWeights({ network, file, output, channels });
    const { layout, params, normalisation, leftOut, remarks, folder, files } = written;
    if (json) {
      return printJson({
        network: written.network,
        layout,
        channels: written.channels,
        params,
        normalisation: normalisation && { mean: [...normalisation.mean], std: [...normalisation.std] },
        left_out: [...leftOut],
        remarks: [...remarks],
        folder,
        files: [...files],
      });
    }
    print(
      `${written.network} with ${layout}'s names, for scans of ${plural(written.channels, 'channel')}, ` +
        `${si(params)} parameters, ${plural(leftOut.length, 'tensor')} left out`,
    );
    for (const remark of remarks) print(`note: ${remark}`);
    print(`written to ${folder}: ${files.join(', ')}`);
  },
});
