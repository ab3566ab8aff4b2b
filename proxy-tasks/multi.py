"""Several tasks on one encoder, each with its own head; their losses are added with
their weights.

After Doersch & Zisserman, "Multi-task Self-Supervised Visual Learning" (ICCV 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import nn

from processes import share


def cut(
    volumes: Sequence[np.ndarray],
    size: Sequence[int],
    rng: np.random.Generator | None = None,
) -> list[np.ndarray]:
    """A box of size voxels of volumes [..., D, H, W], the same of each.

    It lies at a random place; in the middle without rng.
    """
    corner = [
        (n - s) // 2 if rng is None else rng.integers(n - s + 1)
        for n, s in zip(volumes[0].shape[-3:], size)
    ]
    box: tuple = tuple(slice(start, start + s) for start, s in zip(corner, size))
    return [volume[(Ellipsis, *box)] for volume in volumes]


@dataclass
class Task:
    """The proxy task that pretrain.py trains on; its fields are settings.

    Each of parts names its module and its settings, its share of the loss and of the
    score, and whether it is picky: looks closer at a crop than at its share of tissue.
    """

    channels: int
    crop: tuple[int, int, int]
    foreground: float
    parts: dict[str, dict[str, Any]]
    batch: int  # these two are set by pretrain.py
    label_smoothing: float = 0.0

    name = "multi"
    metric = "score"
    chance = 0.0

    def __post_init__(self) -> None:
        self.tasks = {
            name: import_module(part["module"]).Task(**part["settings"])
            for name, part in self.parts.items()
        }

    def accepts(self, foreground: np.ndarray) -> bool:
        """True if a crop's foreground [D, H, W] holds enough tissue.

        So does its middle for the picky ones.
        """
        if foreground.mean() < self.foreground:
            return False
        picky = [self.tasks[name] for name, part in self.parts.items() if part["picky"]]
        return all(task.accepts(*cut([foreground], task.crop)) for task in picky)

    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]:
        """Every task asks about a random part of each crop.

        Its inputs have its name in front.
        """
        batch = {}
        for name, task in self.tasks.items():
            parts = [cut(crop, task.crop, rng) for crop in zip(voxels, foreground)]
            stacked = [np.stack(arrays) for arrays in zip(*parts)]
            own = task.make_batch(*stacked, rng, train)
            batch.update({f"{name}.{key}": value for key, value in own.items()})
        return batch

    def part(
        self, batch: dict[str, torch.Tensor], index: int, of: int
    ) -> dict[str, torch.Tensor]:
        """Of each task the rows of some crops."""
        found = {}
        for name, task in self.tasks.items():
            own = {
                key: value for key, value in batch.items() if key.startswith(f"{name}.")
            }
            if hasattr(task, "part"):
                bare = {key[len(name) + 1 :]: value for key, value in own.items()}
                cut = task.part(bare, index, of)
                found.update({f"{name}.{key}": value for key, value in cut.items()})
            else:
                found.update({key: share(own[key], index, of) for key in own})
        return found

    def head(
        self, features: int, grid_of: Callable[[tuple[int, ...]], tuple[int, ...]]
    ) -> nn.Module:
        return nn.ModuleDict(
            {name: task.head(features, grid_of) for name, task in self.tasks.items()}
        )

    def loss(
        self, encoder: nn.Module, heads: nn.ModuleDict, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and the metrics of a batch; the score's chance is 0, its best 1."""
        total, score, metrics = torch.zeros(()), torch.zeros(()), {}
        for name, task in self.tasks.items():
            task.label_smoothing, task.batch = self.label_smoothing, self.batch
            prefix = f"{name}."
            own = {
                key[len(prefix) :]: value
                for key, value in batch.items()
                if key.startswith(prefix)
            }
            loss, found = task.loss(encoder, heads[name], own)
            gain = (found[task.metric] - task.chance) / (1 - task.chance)
            share = self.parts[name]["share"]
            total = total + share * loss
            score = score + share * gain
            metrics.update({f"{name}.{key}": value for key, value in found.items()})
        return total, {**metrics, "score": score}
