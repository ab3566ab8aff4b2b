"""Heads: layers between an encoder's features and a loss."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


def dense(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer, initialised as He et al. 2015, fan in."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=(2 / inputs) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer


def pooled(maps: torch.Tensor) -> torch.Tensor:
    """Feature maps [N, F, d, h, w] become features [N, F]."""
    return maps.mean((2, 3, 4))


class Classifier(nn.Module):
    """Features [N, F] become logits [N, classes], with one hidden layer."""

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.hidden = dense(features, hidden)
        self.answer = dense(hidden, classes)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.answer(F.relu(self.hidden(features)))


class Embedding(nn.Module):
    """Feature maps [N, F, d, h, w] become vectors [N, width]."""

    def __init__(self, features: int, hidden: int, width: int) -> None:
        super().__init__()
        self.hidden = dense(features, hidden)
        self.embedding = dense(hidden, width)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return self.embedding(F.relu(self.hidden(pooled(maps))))


def classification(
    logits: torch.Tensor, labels: torch.Tensor, label_smoothing: float
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The loss and the metrics of logits [N, classes] for labels [N]."""
    loss = F.cross_entropy(logits, labels, label_smoothing=label_smoothing)
    return loss, {"accuracy": (logits.argmax(1) == labels).float().mean()}
