/**
 * An imported encoder as a folder: the same files as an export has, without code for pretraining.
 */
import type { Json } from '../core/json.js';
import type { Tensor, TensorMap, Triple } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { countParameters } from '../nn/parameters.js';
import { writeSafetensors } from '../core/safetensors.js';
import { CHECK } from './files/readme.js';
import { requirementsSource } from './files/requirements.js';
import { writeNpz } from './npz.js';
import { modelSource } from './python/model.js';
import { readableJson } from './readable-json.js';
import { encoderWeights } from './weights.js';
import type { ExportFiles } from './write-folder.js';

export interface ImportedEncoder {
  readonly architecture: Architecture;
  /** Named as in its `state_dict`. */
  readonly weights: TensorMap;
  readonly parity: { readonly input: Tensor; readonly features: Tensor };
  readonly origin: {
    /** Version of voxolve. */
    readonly version: string;
    readonly network: string;
    readonly space: string;
    readonly genome: Json;
    /** Name of the file, whose code gave it its names, and its SHA-256. */
    readonly file: string;
    readonly layout: string;
    readonly sha256: string;
  };
  /** Voxels `[D, H, W]` that it was trained on. */
  readonly input: Triple;
  /** Per channel, for intensities in [0, 1]; null where crops are normalised each by itself. */
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  readonly remarks: readonly string[];
}

/** All files of the folder, by name. */
export function exportImported(encoder: ImportedEncoder): ExportFiles {
  const { architecture, parity, origin, input, normalisation } = encoder;
  return {
    'README.md': readme(encoder),
    'model.py': modelSource(
      architecture,
      `${origin.network} with the weights of ${origin.file} (imported by voxolve).`,
    ),
    'weights.safetensors': writeSafetensors(encoderWeights(architecture, encoder.weights)),
    'parity.npz': writeNpz({ input: parity.input, features: parity.features }),
    'architecture.json': readableJson({
      architecture,
      parameters: countParameters(architecture),
      origin,
      input,
      ...(normalisation === null ? {} : { normalisation }),
    }),
    'requirements.txt': requirementsSource(false),
  };
}

function readme({ architecture, origin, input, normalisation, remarks }: ImportedEncoder): string {
  const { inChannels, features } = architecture;
  return `# ${origin.network}: an imported encoder

The network ${origin.network} of the search space ${origin.space} with the weights of \`${origin.file}\` (names of ${origin.layout}, SHA-256 ${origin.sha256}), without its classifier, imported by voxolve ${origin.version}.

It maps volumes \`[N, ${inChannels}, D, H, W]\` to feature maps \`[N, ${features}, d, h, w]\` and has ${countParameters(architecture).toLocaleString('en-US')} parameters. The published weights were trained on clips of ${input.join('×')}.${remarks.map((remark) => ` Note: ${remark}.`).join('')}

| File | What it is |
| --- | --- |
| \`model.py\` | the encoder; \`build()\` loads its weights |
| \`weights.safetensors\` | the weights |
| \`parity.npz\` | an input, and the features that voxolve computes for it |
| \`architecture.json\` | the architecture as data, its origin, and how intensities are normalised |
| \`requirements.txt\` | what to install |

## Use

\`\`\`python
from model import build

encoder = build()  # in eval mode
features = encoder(volumes)
\`\`\`

${intensities(normalisation)}

voxolve takes the folder as \`--encoder\`.

${CHECK}
`;
}

function intensities(normalisation: ImportedEncoder['normalisation']): string {
  if (normalisation === null)
    return 'Crops are normalised each by itself, to mean 0 and standard deviation 1.';
  const { mean, std } = normalisation;
  const shown = (values: readonly number[]): string =>
    values.map((value) => Number(value.toPrecision(6))).join(', ');
  return `Intensities, clipped and with a scan's darkest and brightest at 0 and 1, less the mean (${shown(mean)}), over the deviation (${shown(std)}) of each channel.`;
}
