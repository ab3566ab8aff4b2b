"""One of K classes: softmax and cross entropy."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from perceptron import Perceptron


class Head(Perceptron):
    """Features [N, F] become probabilities [N, K]."""

    metric = "accuracy"

    def __init__(
        self, features: int, hidden: int, classes: int, label_smoothing: float
    ) -> None:
        super().__init__(features, hidden, classes)
        self.label_smoothing = label_smoothing

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"probabilities": self.outputs(features).softmax(1)}

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "label" [N]."""
        logits, label = self.outputs(features), targets["label"]
        loss = F.cross_entropy(logits, label, label_smoothing=self.label_smoothing)
        return loss, {"accuracy": (logits.argmax(1) == label).float().mean()}
