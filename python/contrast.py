"""Contrastive losses: which candidate belongs to a query?"""

from __future__ import annotations

import torch
from torch.nn import functional as F


def unit_rows(x: torch.Tensor) -> torch.Tensor:
    """Rows of [N, K] at length 1; a row of zeros stays zero."""
    return x / ((x**2).sum(1, keepdim=True) + 1e-8).sqrt()


def info_nce(
    similarity: torch.Tensor, right: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss and the accuracy of [queries, candidates] (van den Oord et al. 2018).

    The loss is the cross entropy against the right candidate of each query, the
    accuracy the share of queries whose right candidate is strictly nearer than all
    others.
    """
    own = similarity.gather(1, right[:, None])
    others = similarity.scatter(1, right[:, None], -float("inf")).amax(1, keepdim=True)
    return F.cross_entropy(similarity, right), (own > others).float().mean()


def partners(z: torch.Tensor, temperature: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Every row of [2B, K] against all others; its partner is B rows away.

    NT-Xent, Chen et al. 2020.
    """
    unit = unit_rows(z)
    rows = torch.arange(len(z), device=z.device)
    itself = rows[:, None] == rows
    similarity = (unit @ unit.T / temperature).masked_fill(itself, -1e4)
    return info_nce(similarity, rows.roll(len(z) // 2))
