"""A number: the squared error, in units of the training targets' spread."""

from __future__ import annotations

import torch

from perceptron import Perceptron


class Head(Perceptron):
    """Features [N, F] become a value [N]; mean and deviation are of training rows."""

    metric = "explained"

    def __init__(
        self, features: int, hidden: int, mean: float, deviation: float
    ) -> None:
        super().__init__(features, hidden, 1)
        self.mean = mean
        self.deviation = deviation

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"value": self.outputs(features)[:, 0] * self.deviation + self.mean}

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "value" [N]."""
        wanted = (targets["value"] - self.mean) / self.deviation
        loss = (self.outputs(features)[:, 0] - wanted).square().mean()
        return loss, {"explained": 1 - loss}
