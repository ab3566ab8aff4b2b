"""Fusion with a table: covariates join the scan's features at the last layer.

"concat-1FC" of Pölsterl, Wolf and Wachinger, "Combining 3D Image and Tabular Data
via the Dynamic Affine Feature Map Transform" (MICCAI 2021).
"""

from __future__ import annotations

import torch
from torch import nn


class Fusion(nn.Module):
    """Features [N, features] and covariates [N, P], side by side.

    With "reduce", a layer makes so many of the scan's features first.
    """

    def __init__(self, features: int, reduce: int) -> None:
        super().__init__()
        self.reduce = None
        if features > 0 and reduce > 0:
            self.reduce = nn.Linear(features, reduce)
            nn.init.uniform_(self.reduce.weight, -(features**-0.5), features**-0.5)
            nn.init.zeros_(self.reduce.bias)

    def forward(
        self,
        features: torch.Tensor | None,
        covariates: torch.Tensor | None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What the head reads, and the loss to add, which there is none of."""
        if features is not None and self.reduce is not None:
            features = torch.relu(self.reduce(features))
        parts = [part for part in (features, covariates) if part is not None]
        return torch.cat(parts, 1), None
