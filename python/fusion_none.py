"""No fusion: the head reads the scan's features, or the covariates alone."""

from __future__ import annotations

import torch
from torch import nn


class Fusion(nn.Module):
    """Features [N, F] or covariates [N, P] stay as they are."""

    def forward(
        self,
        features: torch.Tensor | None,
        covariates: torch.Tensor | None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What the head reads, and the loss to add, which there is none of."""
        fused = covariates if features is None else features
        assert fused is not None
        return fused, None
