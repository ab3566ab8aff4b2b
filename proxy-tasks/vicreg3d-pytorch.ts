/** VICReg as PyTorch source: `task.py` of an export. */
import { pairsInPytorch } from './shared/pytorch-views.js';
import type { VicregOptions } from './vicreg3d.js';

const vicregSource = `

def spread_of(z):
    """What each dimension's deviation lacks of 1, and the squared covariances off the diagonal (equations 1 to 4)."""
    offset = z - z.mean(0)
    covariance = offset.T @ offset / max(1, len(z) - 1)
    lack = F.relu(1 - (covariance.diagonal() + 1e-4).sqrt()).mean()
    others = covariance - torch.diag(covariance.diagonal())
    return lack, (others**2).sum() / z.shape[1]


def vicreg(z):
    first, second = z.chunk(2)
    (lack, correlation), (other_lack, other_correlation) = spread_of(first), spread_of(second)
    return (
        INVARIANCE * F.mse_loss(first, second)
        + VARIANCE * (lack + other_lack) / 2
        + COVARIANCE * (correlation + other_correlation)
    )
`;

export function vicregInPytorch(options: VicregOptions, channels: number, batch: number): string {
  return pairsInPytorch({
    name: 'vicreg3d',
    summary: 'VICReg: two views of a crop get near embeddings, of held-up variance and without correlations.',
    source:
      'Bardes et al., "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning" (ICLR 2022)',
    options,
    channels,
    batch,
    constants: `# Weights of the loss's terms.
INVARIANCE = ${options.invariance}
VARIANCE = ${options.variance}
COVARIANCE = ${options.covariance}
`,
    functions: vicregSource,
    body: `        loss = vicreg(z)
        # Embeddings less their mean: cosine then tells directions apart and not the common offset.
        _, accuracy = partners(z - z.mean(0), 1.0)`,
  });
}
