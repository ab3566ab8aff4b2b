"""Relative patch location: where does a patch lie, seen from the centre of its grid?

After Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from heads import Classifier, classification, pooled
from patches import PatchTask

# Cells of the 3 x 3 x 3 grid, depth slowest.
CENTRE = 13
NEIGHBOURS = [cell for cell in range(27) if cell != CENTRE]


@dataclass
class Task(PatchTask):
    """The proxy task that pretrain.py trains on; its fields are settings."""

    neighbours: int  # asked about, per crop
    label_smoothing: float = 0.0  # set by pretrain.py

    name = "rpl3d"
    metric = "accuracy"
    chance = 1 / len(NEIGHBOURS)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """voxels [B, C, D, H, W] and foreground [B, D, H, W] become patches.

        The centre and some neighbours of each crop, and where those lie.
        """
        patches: list[np.ndarray] = []
        labels: list[int] = []
        for crop, mask in zip(voxels, foreground):
            chosen = rng.permutation(len(NEIGHBOURS))[: self.neighbours]
            corners = self.corners(rng)
            labels.extend(int(label) for label in chosen)
            patches += [
                self.cut_patch(crop, mask, corners[cell], rng if train else None)
                for cell in [CENTRE, *(NEIGHBOURS[label] for label in chosen)]
            ]
        return {
            "patches": torch.from_numpy(np.stack(patches)),
            "location": torch.tensor(labels),
        }

    def head(self, features: int, grid_of: object) -> nn.Module:
        return Classifier(2 * features, self.hidden, len(NEIGHBOURS))

    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch."""
        features = pooled(encoder(batch["patches"]))
        of_crops = features.reshape(-1, 1 + self.neighbours, features.shape[1])
        centres = of_crops[:, :1].expand(-1, self.neighbours, -1)
        pairs = torch.cat([centres, of_crops[:, 1:]], 2)
        logits = head(pairs.flatten(0, 1))
        return classification(logits, batch["location"], self.label_smoothing)
