/** `README.md` of a fine-tuned model: what is there, how it answers, how to check it and train it further. */
import type { DownstreamExport } from './contents.js';

export function downstreamReadme(content: DownstreamExport): string {
  const { task, encoder, head } = content;
  return `# ${task.name}: a fine-tuned model

${provenance(content)}

| File | What it is |
| --- | --- |
${encoder === undefined ? '' : '| `model.py`, `weights.safetensors` | the encoder and its weights; `architecture.json` holds it as data |\n'}| \`outcome.safetensors\` | weights of standardisation, fusion and head |
| \`parity.npz\` | inputs, and the predictions that voxolve computes for them |
| \`task.json\` | the task as it was asked for, complete with defaults |
${head === undefined ? '' : codeRows(content)}
${head === undefined ? withoutCode(content) : use(content)}${thresholdsNote(content)}`;
}

function provenance({ task, encoder, covariates, version, targets }: DownstreamExport): string {
  const reads = [
    ...(encoder === undefined ? [] : [`scans, through ${encoder.description}`]),
    ...(covariates === undefined
      ? []
      : [`covariates (${covariates.sources.map(({ column }) => `\`${column}\``).join(', ')})`]),
  ];
  const told = {
    classes: 'the probability of each class',
    value: 'a value',
    time: 'the time to an event: a risk, and survival over time',
  }[targets.kind];
  return `Fitted by voxolve ${version} with the head \`${task.head.name}\`. It reads ${reads.join(', and ')}, and tells ${told}.`;
}

function codeRows({ encoder }: DownstreamExport): string {
  return `| \`outcome.py\` | the model; \`build()\` loads its weights |
| \`head.py\`, \`fusion.py\` | its parts, with the files that they import |
| \`predict.py\` | answers for a manifest |
| \`decisions.py\` | decisions by thresholds per group, where there are some |
| \`finetune.py\` | trains the model further, or anew |
| \`lightning.py\` | the same with PyTorch Lightning, on several GPUs |
| \`optimisers.py\` | adamw, lamb and sgd |
| \`processes.py\`, \`running.py\` | several processes that train one model; precision, checkpoints |
| \`settings.py\` | what the task chose; the files around it read it |
| \`table.py\`, \`rows.py\`${encoder === undefined ? '' : ', `scans.py`, `crops.py`'} | how manifests${encoder === undefined ? ' are' : ', scans and crops of them are'} read |
| \`covariates.py\` | how columns of a table become covariates |
| \`tensors.py\` | reads weights from safetensors |
| \`requirements.txt\` | what to install |
`;
}

function withoutCode({ task }: DownstreamExport): string {
  return `The head ${task.head.name} has no PyTorch source, so there is no code here.
`;
}

/** How training here differs from what made the weights. */
function differences({ task: { fairness }, exact }: DownstreamExport): string {
  const own = [
    'it draws batches, crops and held-out patients from other random numbers',
    ...(exact ? ['it trains by steps, while voxolve solved this head exactly'] : []),
    ...(fairness === undefined || fairness.method === 'thresholds'
      ? []
      : [`it leaves out the constraint on fairness (${fairness.method} by ${fairness.attribute})`]),
  ];
  return `\`finetune.py\` follows the recipe that made these weights, but that ${own.join(', and ')}.`;
}

function use(content: DownstreamExport): string {
  const { encoder, covariates, parity } = content;
  const scans = encoder === undefined ? '' : ' --scans SCANS';
  const inputs = [
    encoder === undefined ? 'None' : 'inputs["crops"]',
    covariates === undefined ? 'None' : 'inputs["covariates"]',
  ];
  const [first = 'risk'] = Object.keys(parity).filter((name) => name !== 'crops' && name !== 'covariates');
  return `## Use

\`\`\`sh
pip install -r requirements.txt
python predict.py MANIFEST.csv${scans} --output predictions.csv
python finetune.py MANIFEST.csv${scans} --output outcome.pt                  # further
python finetune.py MANIFEST.csv${scans} --output outcome.pt --from-scratch   # from random weights
python predict.py MANIFEST.csv${scans} --output predictions.csv --weights outcome.pt
\`\`\`

${differences(content)}

\`torchrun --standalone --nproc_per_node 4 finetune.py …\` trains on four GPUs, which share each batch; \`--checkpoint-every STEPS\` lets a training go on after it was interrupted, \`--accumulate\` computes a batch in parts.

${encoder === undefined ? '' : '`SCANS` is a folder of NIfTI files, which `path` of the manifest names. voxolve itself reads more formats.\n\n'}## Check

\`\`\`python
import numpy as np
import torch
from outcome import build

parity = {name: torch.from_numpy(array) for name, array in np.load("parity.npz").items()}
inputs = {name: parity.get(name) for name in ("crops", "covariates")}
with torch.no_grad():
    told = build()(${inputs.join(', ')})
print((told["${first}"] - parity["${first}"]).abs().max())  # below 1e-4 of the largest
\`\`\`
`;
}

/** What a task that asks for thresholds per group must know of the export: it decides by them where it is asked to. */
export function thresholdsNote({
  task: { fairness },
  thresholds,
}: Pick<DownstreamExport, 'task' | 'thresholds'>): string {
  if (fairness?.method !== 'thresholds') return '';
  const { attribute, criterion, limit } = fairness;
  const column = attribute === 'site' ? 'site' : `s_${attribute}`;
  const fitted = `
\`\`\`sh
python predict.py … --groups-column ${column}
\`\`\`

adds the columns \`threshold\` and \`decision\`: the second class from the threshold on that was fitted for the row's group in \`${column}\` (${criterion}
within ${limit}), the first one below. Rows of other groups, or of none, are decided by 0.5. Probabilities stay as they are. Without the
option nothing is decided. Deciding by group needs the attribute of each patient, and may be forbidden where the model is used; what it
changes is in \`report.json\` of the run.
`;
  const none = `
This task asks for them, but none were fitted: \`thresholds\` of \`report.json\` says why. The code here tells probabilities and decides nothing.
`;
  return `\n## Thresholds per group\n${thresholds === undefined ? none : fitted}`;
}
