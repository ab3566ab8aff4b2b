"""3D puzzle reassembly: which permutation were the patches of a crop shown in?

After Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from heads import classification, dense, pooled
from patches import PatchTask


class AssignmentHead(nn.Module):
    """Scores each patch against each cell.

    A permutation's logit is the sum of the scores that it selects.
    """

    def __init__(
        self, features: int, hidden: int, permutations: Sequence[Sequence[int]]
    ) -> None:
        super().__init__()
        self.cells = len(permutations[0])
        self.hidden = dense(2 * features, hidden)
        self.score = dense(hidden, self.cells)
        selection = torch.zeros(self.cells**2, len(permutations))
        for k, permutation in enumerate(permutations):
            for place, cell in enumerate(permutation):
                selection[place * self.cells + cell, k] = 1
        self.register_buffer("selection", selection)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        grouped = features.reshape(-1, self.cells, features.shape[1])
        mean = grouped.mean(1, keepdim=True)
        joined = torch.cat([grouped - mean, mean.expand_as(grouped)], 2)
        scores = self.score(F.relu(self.hidden(joined)))
        return scores.flatten(1) @ self.selection


class DenseHead(nn.Module):
    """All patches' features side by side, one hidden layer."""

    def __init__(
        self, features: int, hidden: int, permutations: Sequence[Sequence[int]]
    ) -> None:
        super().__init__()
        self.width = len(permutations[0]) * features
        self.hidden = dense(self.width, hidden)
        self.permutation = dense(hidden, len(permutations))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        joined = features.reshape(-1, self.width)
        return self.permutation(F.relu(self.hidden(joined)))


@dataclass
class Task(PatchTask):
    """The proxy task that pretrain.py trains on; its fields are settings."""

    kind: str  # of the head: "assignment" or "dense"
    # permutations[k][place] is the cell that puzzle k shows at that place.
    permutations: Sequence[Sequence[int]]
    label_smoothing: float = 0.0  # set by pretrain.py

    name = "jigsaw3d"
    metric = "accuracy"

    @property
    def chance(self) -> float:
        return 1 / len(self.permutations)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become puzzles.

        Patches in the order shown, and the index of each crop's permutation.
        """
        patches, labels = [], []
        for crop, mask in zip(voxels, foreground):
            label = int(rng.integers(len(self.permutations)))
            corners = self.corners(rng)
            labels.append(label)
            patches += [
                self.cut_patch(crop, mask, corners[cell], rng if train else None)
                for cell in self.permutations[label]
            ]
        return {
            "patches": torch.from_numpy(np.stack(patches)),
            "permutation": torch.tensor(labels),
        }

    def head(self, features: int, grid_of: object) -> nn.Module:
        kind = AssignmentHead if self.kind == "assignment" else DenseHead
        return kind(features, self.hidden, self.permutations)

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch."""
        logits = head(pooled(encoder(batch["patches"])))
        return classification(logits, batch["permutation"], self.label_smoothing)
