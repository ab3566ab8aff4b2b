"""Fusion with a table: a latent that scan and table share, and both told again.

The bimodal deep autoencoder of Ngiam et al., "Multimodal Deep Learning" (ICML 2011),
trained together with the head.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


def dense(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer, drawn as PyTorch draws it, with bias 0."""
    layer = nn.Linear(inputs, outputs)
    nn.init.uniform_(layer.weight, -(inputs**-0.5), inputs**-0.5)
    nn.init.zeros_(layer.bias)
    return layer


class Fusion(nn.Module):
    """Features [N, features] and covariates [N, covariates] become [N, latent].

    A model without one of the parts has 0 columns of it.
    """

    def __init__(
        self, features: int, covariates: int, latent: int, hidden: int, weight: float
    ) -> None:
        super().__init__()
        self.weight = weight
        parts = 0
        if features > 0:
            self.features = dense(features, hidden)
            self.features_again = dense(hidden, features)
            parts += 1
        if covariates > 0:
            self.covariates = dense(covariates, hidden)
            self.covariates_again = dense(hidden, covariates)
            parts += 1
        self.latent = dense(parts * hidden, latent)
        self.decoder = dense(latent, hidden)

    def forward(
        self,
        features: torch.Tensor | None,
        covariates: torch.Tensor | None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What the head reads, and the loss to add: how badly both are told again."""
        own = []
        if features is not None:
            own.append(torch.relu(self.features(features)))
        if covariates is not None:
            own.append(torch.relu(self.covariates(covariates)))
        latent = self.latent(torch.cat(own, 1))
        decoded = torch.relu(self.decoder(latent))
        errors = []
        if features is not None:
            errors.append(F.mse_loss(self.features_again(decoded), features))
        if covariates is not None:
            errors.append(F.mse_loss(self.covariates_again(decoded), covariates))
        return latent, self.weight * torch.stack(errors).mean()
