/** Exemplar networks as PyTorch source: `task.py` of an export. */
import type { ExemplarOptions } from './exemplar3d.js';
import { pairsInPytorch } from './shared/pytorch-views.js';

const tripletSource = `

def triplet(z):
    """max(0, |a - p|^2 - |a - n|^2 + MARGIN) of unit vectors, with the next crop of the batch as negative."""
    anchor, positive = unit_rows(z).chunk(2)
    negative = positive.roll(-1, 0)
    near, far = ((anchor - positive) ** 2).sum(1), ((anchor - negative) ** 2).sum(1)
    return F.relu(near - far + MARGIN).mean()
`;

export function exemplarInPytorch(options: ExemplarOptions, channels: number, batch: number): string {
  const triplet = options.loss === 'triplet';
  return pairsInPytorch({
    name: 'exemplar3d',
    summary: 'Exemplars: which other view is of the same crop?',
    source: 'Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020)',
    options,
    channels,
    batch,
    constants: `TEMPERATURE = ${options.temperature}\n${triplet ? `MARGIN = ${options.margin}\n` : ''}`,
    functions: triplet ? tripletSource : '',
    body: `        loss, accuracy = partners(z, TEMPERATURE)${triplet ? '\n        loss = triplet(z)' : ''}`,
  });
}
