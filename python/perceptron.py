"""What heads start with: a linear layer, or two."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


def linear(inputs: int, outputs: int, bias: bool = True) -> nn.Linear:
    """PyTorch's linear layer with a bias that starts at 0."""
    layer = nn.Linear(inputs, outputs, bias)
    nn.init.uniform_(layer.weight, -(inputs**-0.5), inputs**-0.5)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


class Perceptron(nn.Module):
    """Features [N, F] become outputs [N, width], by one layer or, with hidden, two."""

    def __init__(
        self, features: int, hidden: int, width: int, bias: bool = True
    ) -> None:
        super().__init__()
        if hidden > 0:
            self.hidden = linear(features, hidden)
        self.fc = linear(hidden or features, width, bias)

    def outputs(self, features: torch.Tensor) -> torch.Tensor:
        """Outputs [N, width] of features [N, F]."""
        inner = F.relu(self.hidden(features)) if hasattr(self, "hidden") else features
        return self.fc(inner)
