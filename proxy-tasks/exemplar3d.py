"""Exemplars: which other view is of the same crop?

After Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from contrast import partners, unit_rows
from views import PairTask


def triplet(z: torch.Tensor, margin: float) -> torch.Tensor:
    """max(0, |a - p|^2 - |a - n|^2 + margin) of unit vectors.

    The negative is the next crop of the batch.
    """
    anchor, positive = unit_rows(z).chunk(2)
    negative = positive.roll(-1, 0)
    near = ((anchor - positive) ** 2).sum(1)
    far = ((anchor - negative) ** 2).sum(1)
    return F.relu(near - far + margin).mean()


@dataclass
class Task(PairTask):
    """The proxy task that pretrain.py trains on; its fields are settings."""

    kind: str  # of the loss: "nt-xent" or "triplet"
    temperature: float  # of NT-Xent
    margin: float  # of the triplet loss

    name = "exemplar3d"

    def compare(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        loss, accuracy = partners(z, self.temperature)
        if self.kind == "triplet":
            loss = triplet(z, self.margin)
        return loss, accuracy
