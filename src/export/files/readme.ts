/** `README.md` of an export: what is there, where it comes from, how to use and check it. */
import { countParameters } from '../../nn/parameters.js';
import type { ExportedScans, PytorchExport } from '../contents.js';
import type { PythonFiles } from '../../tasks/python-files.js';

/** How to compare the code's features with voxolve's. */
export const CHECK = `## Check

\`\`\`python
import numpy as np
import torch
from model import build

parity = np.load("parity.npz")
with torch.no_grad():
    features = build()(torch.from_numpy(parity["input"])).numpy()
scale = np.abs(parity["features"]).max()
print(np.abs(features - parity["features"]).max() / scale)  # below 1e-4
\`\`\``;

/** `python`: of the proxy task, where it has any. */
export function readmeSource(content: PytorchExport, python: PythonFiles | undefined): string {
  const { architecture, parity, origin } = content;
  const features = `[N, ${architecture.features}, ${parity.features.shape.slice(2).join(', ')}]`;
  return `# ${origin.experiment}: a pretrained 3D encoder

${provenance(content)}

It maps volumes \`[N, ${architecture.inChannels}, D, H, W]\` to feature maps \`[N, ${architecture.features}, d, h, w]\` (for patches of ${parity.input.shape.slice(2).join('×')} voxels: \`${features}\`) and has ${countParameters(architecture).toLocaleString('en-US')} parameters.

| File | What it is |
| --- | --- |
| \`model.py\` | the encoder; \`build()\` loads its weights |
| \`weights.safetensors\` | the weights |
| \`parity.npz\` | an input, and the features that voxolve computes for it |
| \`architecture.json\` | the architecture as data, with its genome and settings |
${pretrainingRows(python)}| \`requirements.txt\` | what to install |

## Use

\`\`\`python
import torch
from model import FEATURES, build

encoder = build()
classifier = torch.nn.Sequential(
    encoder, torch.nn.AdaptiveAvgPool3d(1), torch.nn.Flatten(), torch.nn.Linear(FEATURES, 2)
)
\`\`\`

\`build()\` returns the encoder in eval mode; call \`.train()\` before fine-tuning. Inputs should be preprocessed as in pretraining: canonical axes (D towards superior, H towards anterior, W towards right), ${content.scans.spacing.join(' × ')} mm, intensities clipped ${clippedAt(content.scans)} and standardised over tissue${python === undefined ? '' : '; `scans.py` does that'}.

${CHECK}

${pretraining(content, python)}`;
}

function provenance({ origin, task }: PytorchExport): string {
  const candidate = origin.candidate === undefined ? 'An architecture' : `Candidate ${origin.candidate}`;
  const { score } = origin;
  const result =
    score === undefined
      ? ''
      : ` Its ${score.metric} on held-out patients was ${score.value.toFixed(3)} (chance ${score.chance.toFixed(3)}).`;
  return `${candidate} of the experiment ${origin.experiment}, from the search space ${origin.space}, pretrained on ${task.name} without labels by voxolve ${origin.version}.${result}`;
}

function pretrainingRows(python: PythonFiles | undefined): string {
  if (python === undefined) return '';
  const modules = Object.keys(python.files).filter((name) => name !== 'task.py');
  const others = modules.map((name) => `| \`${name}\` | a part of the proxy task |\n`).join('');
  return `| \`pretrain.py\` | goes on with pretraining, or starts it afresh, on your own scans |
| \`settings.py\` | what the experiment chose; the files around it read it |
| \`task.py\` | the proxy task |
${others}| \`optimisers.py\` | adamw, lamb and sgd |
| \`processes.py\`, \`running.py\` | several processes that train one network; precision, checkpoints |
| \`scans.py\` | reads and preprocesses NIfTI files |
`;
}

function pretraining({ task }: PytorchExport, python: PythonFiles | undefined): string {
  if (python === undefined) {
    return `## Pretraining

The proxy task ${task.name} has no PyTorch source, so there is no \`pretrain.py\` here.
`;
  }
  return `## Pretrain further

\`\`\`sh
pip install -r requirements.txt
python pretrain.py SCANS --output runs/pretrained                  # from these weights
python pretrain.py SCANS --output runs/pretrained --from-scratch   # from random ones
\`\`\`

\`SCANS\` is a folder of NIfTI files, one patient each.

\`\`\`sh
torchrun --standalone --nproc_per_node 4 pretrain.py SCANS --output runs/pretrained --checkpoint-every 500
\`\`\`

trains on four GPUs, which share each batch, and goes on from its checkpoint after it was interrupted. \`--accumulate\` computes a batch in parts, \`--precision bfloat16\` with shorter factors.
`;
}

function clippedAt({ percentiles, window, landmarks }: ExportedScans): string {
  const where =
    window === undefined
      ? `at the percentiles ${percentiles.join(' and ')}`
      : `to ${window.center - window.width / 2} to ${window.center + window.width / 2}`;
  return landmarks === undefined ? where : `${where}, matched to landmarks`;
}
