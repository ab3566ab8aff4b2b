"""The fusion of a fine-tuned model, one of python/fusion_*.py."""

import torch
from torch import nn

class Fusion(nn.Module):
    def __init__(self, **settings: object) -> None: ...
    def forward(
        self, features: torch.Tensor | None, covariates: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]: ...
