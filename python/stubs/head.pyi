"""The head of a fine-tuned model, one of python/head_*.py."""

import torch
from torch import nn

class Head(nn.Module):
    def __init__(self, **settings: object) -> None: ...
    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]: ...
    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]: ...
    def settle(self, features: torch.Tensor, targets: dict[str, torch.Tensor]) -> None: ...
