"""Fusion with a table, stacked: what two models tell, weighted by a third.

Wolpert, "Stacked generalization" (Neural Networks 1992); weights are not negative, as
in Breiman, "Stacked regressions" (Machine Learning 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass
class Meta:
    """The learner, with the weight of each part by its name."""

    weights: dict[str, float]
    # Of classes: what is added to the log of each.
    biases: list[float] | None = None
    # Of values.
    bias: float = 0.0
    # Of time to event: the cumulative hazard, at each time, of a row of this risk.
    baseline: list[float] | None = None
    centre: float = 0.0

    def probabilities(self, told: dict[str, torch.Tensor]) -> torch.Tensor:
        """Probabilities [N, K] of each part become those of all."""
        assert self.biases is not None
        first = next(iter(told.values()))
        logits = torch.as_tensor(self.biases, dtype=first.dtype).expand_as(first)
        for part, weight in self.weights.items():
            logs = told[part].clamp_min(1e-6).log()
            logits = logits + weight * (logs - logs.mean(1, keepdim=True))
        return logits.softmax(1)

    def value(self, told: dict[str, torch.Tensor]) -> torch.Tensor:
        """Values [N] of each part become those of all."""
        return self.risk(told) + self.bias

    def risk(self, told: dict[str, torch.Tensor]) -> torch.Tensor:
        """Risks [N] of each part become those of all."""
        parts = [weight * told[part] for part, weight in self.weights.items()]
        return torch.stack(parts).sum(0)

    def survival(self, told: dict[str, torch.Tensor]) -> torch.Tensor:
        """Probabilities [N, T] to be without the event."""
        risk = self.risk(told)
        hazard = torch.as_tensor(self.baseline, dtype=risk.dtype)
        return torch.exp(-hazard * torch.exp(risk - self.centre)[:, None])
