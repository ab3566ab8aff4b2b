"""How familiar rows are to a model: 1 for those like the rows of training, else less.

Mahalanobis' distance (Lee et al. 2018; covariance of Ledoit and Wolf 2004), judged by
the distances of training rows when all rows of their patient are left out.
"""

from __future__ import annotations

import math

import torch
from torch import nn

LEAST = 1e-12
FEWEST = 3


def shrunk_covariance(x: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Ledoit and Wolf's covariance of centred rows [N, F]; the identity's share."""
    rows, width = x.shape
    sample = x.T @ x / rows
    trace, norm = float(sample.trace()) / width, float(sample.square().sum())
    spread = norm - width * trace**2
    noise = float(x.square().sum(1).square().sum()) / rows**2 - norm / rows
    share = 1.0 if spread <= 0 else min(1.0, max(0.0, noise / spread))
    return (1 - share) * sample + share * trace * torch.eye(width).to(x), share


def left_out(z: torch.Tensor, owners: torch.Tensor, share: float) -> torch.Tensor:
    """Squared distances [N] of whitened rows [N, F] to all but those of their owner.

    The covariance without some rows follows from that of all (Sherman and Morrison).
    """
    rows, found = len(z), z.square().sum(1)
    for owner in owners.unique():
        index = (owners == owner).nonzero()[:, 0]
        own, count = z[index], len(index)
        if count == rows:
            continue
        beta = (math.sqrt(rows / (rows - count)) - 1) / count
        root = torch.eye(count).to(z) + beta
        inner = root @ own @ own.T @ root
        rest = torch.eye(count).to(z) - (1 - share) / rows * inner
        answer = root @ torch.linalg.solve(rest, inner) @ root
        found[index] = (rows - count) / rows * answer.diagonal()
    return found


class Familiarity(nn.Module):
    """Rows [N, F] become their familiarity [N, 1], in [0, 1]."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("whitening", torch.zeros(columns, columns))
        # Mean of the logarithms of distances, and 1 over their deviation.
        self.register_buffer("level", torch.zeros(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        square = ((x - self.mean) @ self.whitening.T).square().mean(1, keepdim=True)
        far = (square.clamp(min=LEAST).log() - self.level[0]) * self.level[1]
        return (far.relu().square() * -0.5).exp()

    @torch.no_grad()
    def measure(self, x: torch.Tensor, owners: torch.Tensor) -> None:
        """Learns rows [N, F] of training, of which owners [N] are the patients."""
        columns = x.shape[1]
        x = x.double()
        mean = x.mean(0)
        variance = (x - mean).square().mean(0)
        varies = variance > 1e-12 * mean.square().clamp(min=1e-12)
        scale = variance.rsqrt().where(varies, torch.zeros_like(variance))
        covariance, share = shrunk_covariance((x - mean) * scale)
        factor = torch.linalg.cholesky(covariance + 1e-12 * torch.eye(columns).to(x))
        units = torch.eye(columns).to(x)
        whitening = torch.linalg.solve_triangular(factor, units, upper=False) * scale
        squares = left_out((x - mean) @ whitening.T, owners.to(x.device), share)
        logs = (squares / columns).clamp(min=LEAST).log()
        variance = logs.var(unbiased=False).clamp(min=2 / columns)
        few = len(owners.unique()) < FEWEST
        level = torch.zeros(2) if few else torch.stack([logs.mean(), variance.rsqrt()])
        self.mean.copy_(mean)
        self.whitening.copy_(whitening)
        self.level.copy_(level)
