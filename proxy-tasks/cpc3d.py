"""Contrastive predictive coding: which code of the batch belongs below these patches?

After van den Oord et al. (arXiv 1807.03748); in 3D as in Taleb et al. (NeurIPS 2020).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from contrast import info_nce, unit_rows
from heads import dense, pooled
from patches import PatchTask
from processes import gathered


def pyramid(grid: int) -> np.ndarray:
    """[cells, cells]: row c holds, evenly, the cells of the inverted pyramid over c.

    In its own slab that is c itself, one slab up its 3 x 3 neighbourhood, two up 5 x 5.
    """
    place = np.array(list(np.ndindex(grid, grid, grid)))
    apart = place[:, None] - place
    up, aside = apart[..., 0], np.abs(apart[..., 1:]).max(-1)
    seen = (up >= 0) & (aside <= up)
    return seen / seen.sum(1, keepdims=True)


class Predictor(nn.Module):
    """Codes of patches, and what a patch's context says of the codes below it."""

    def __init__(self, features: int, task: Task) -> None:
        super().__init__()
        self.grid = task.grid
        self.code = dense(features, task.code)
        self.context = dense(2 * task.code, task.hidden)
        ahead = (dense(task.hidden, task.code) for _ in range(task.steps))
        self.ahead = nn.ModuleList(ahead)
        weights = torch.tensor(pyramid(task.grid), dtype=torch.float32)
        self.register_buffer("pyramid", weights)

    def forward(
        self, features: torch.Tensor
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Pairs of rows, predicted and there, for each number of slabs ahead."""
        codes = self.code(features).reshape(-1, self.grid**3, self.code.out_features)
        context = F.relu(self.context(torch.cat([codes, self.pyramid @ codes], 2)))
        for slabs, predict in enumerate(self.ahead, start=1):
            cells = slabs * self.grid**2
            there = codes[:, cells:].flatten(0, 1)
            yield predict(context[:, :-cells].flatten(0, 1)), there


@dataclass
class Task(PatchTask):
    """The proxy task that pretrain.py trains on; its fields are settings."""

    steps: int  # slabs of patches ahead
    code: int  # width of a code
    temperature: float
    batch: int  # set by pretrain.py

    name = "cpc3d"
    metric = "accuracy"

    @property
    def chance(self) -> float:
        """Each of c predictions has c candidates: c in c * c, for each step."""
        steps = range(1, self.steps + 1)
        counts = (self.batch * (self.grid - slabs) * self.grid**2 for slabs in steps)
        return self.steps / sum(counts)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become patches.

        All patches of each crop, depth slowest.
        """
        patches = [
            self.cut_patch(crop, mask, corner, rng if train else None)
            for crop, mask in zip(voxels, foreground)
            for corner in self.corners(rng)
        ]
        return {"patches": torch.from_numpy(np.stack(patches))}

    def head(self, features: int, grid_of: object) -> nn.Module:
        return Predictor(features, self)

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch: means over all predictions."""
        total, right, count = torch.zeros(()), torch.zeros(()), 0
        for own_predicted, own_there in head(pooled(encoder(batch["patches"]))):
            predicted, there = gathered(own_predicted), gathered(own_there)
            similarity = unit_rows(predicted) @ unit_rows(there).T / self.temperature
            own = torch.arange(len(predicted), device=predicted.device)
            loss, accuracy = info_nce(similarity, own)
            total = total + loss * len(predicted)
            right = right + accuracy * len(predicted)
            count += len(predicted)
        return total / count, {"accuracy": right / count}
