"""VICReg: two views of a crop get near embeddings, of held-up variance and without
correlations.

After Bardes et al., "VICReg: Variance-Invariance-Covariance Regularization for
Self-Supervised Learning" (ICLR 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from contrast import partners
from views import PairTask


def spread_of(z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Equations 1 to 4 of the paper for embeddings [B, width].

    The amount by which each dimension's deviation falls short of 1, and the squared
    covariances off the diagonal.
    """
    offset = z - z.mean(0)
    covariance = offset.T @ offset / max(1, len(z) - 1)
    lack = F.relu(1 - (covariance.diagonal() + 1e-4).sqrt()).mean()
    others = covariance - torch.diag(covariance.diagonal())
    return lack, (others**2).sum() / z.shape[1]


@dataclass
class Task(PairTask):
    """The proxy task that pretrain.py trains on; its fields are settings."""

    # Weights of the loss's terms.
    invariance: float
    variance: float
    covariance: float

    name = "vicreg3d"

    def compare(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # Embeddings less their mean: cosine then tells directions apart and not the
        # common offset.
        _, accuracy = partners(z - z.mean(0), 1.0)
        return self.vicreg(z), accuracy

    def vicreg(self, z: torch.Tensor) -> torch.Tensor:
        first, second = z.chunk(2)
        lack, correlation = spread_of(first)
        other_lack, other_correlation = spread_of(second)
        return (
            self.invariance * F.mse_loss(first, second)
            + self.variance * (lack + other_lack) / 2
            + self.covariance * (correlation + other_correlation)
        )
