"""What pretrain.py needs of task.py, which is an export's proxy task."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

class Task:
    # Voxels [D, H, W] of each crop.
    crop: tuple[int, int, int]
    # The metric that counts, and what guessing scores.
    metric: str
    chance: float
    # Both are set by pretrain.py: for the cross entropies of tasks that classify, and
    # for tasks whose chance depends on the number of crops.
    label_smoothing: float
    batch: int

    # Takes settings.TASK.
    def __init__(self, **settings: object) -> None: ...
    # Optional: True if a crop with this foreground [D, H, W] can be asked about.
    def accepts(self, foreground: np.ndarray) -> bool: ...
    # Crops [B, C, D, H, W] and their foreground [B, D, H, W] become what "loss" takes.
    def make_batch(
        self,
        voxels: np.ndarray,
        foreground: np.ndarray,
        rng: np.random.Generator,
        train: bool = True,
    ) -> dict[str, torch.Tensor]: ...
    # Optional: the inputs of one part of a batch, of as many, which several processes
    # and --accumulate need. Without it the rows of each tensor are those of the crops,
    # in their order.
    def part(
        self, batch: dict[str, torch.Tensor], index: int, of: int
    ) -> dict[str, torch.Tensor]: ...
    # On top of feature maps with so many channels; "grid_of" tells their cells
    # (d, h, w) for an input of (D, H, W) voxels, which a decoder needs.
    def head(
        self, features: int, grid_of: Callable[[tuple[int, ...]], tuple[int, ...]]
    ) -> nn.Module: ...
    # The loss, and metrics by name.
    def loss(
        self, encoder: nn.Module, head: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]: ...
