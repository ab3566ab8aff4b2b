"""Survival from log hazards and a baseline hazard (Breslow 1972)."""

from __future__ import annotations

from typing import Sequence

import torch

from perceptron import Perceptron
from time_to_event import not_rising


def hazard_steps(
    hazards: torch.Tensor, time: torch.Tensor, event: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Times of events, ascending, and events over the sum of hazards at risk there."""
    at = time[event == 1].unique()
    at_risk = (time[None, :] >= at[:, None]).to(hazards.dtype) @ hazards
    deaths = ((time[None, :] == at[:, None]) & (event[None, :] == 1)).sum(1)
    return at, deaths / at_risk


class Proportional(Perceptron):
    """A log hazard [N] that does not depend on time, called risk."""

    metric = "concordance"

    def __init__(
        self,
        features: int,
        hidden: int,
        times: Sequence[float],
        constants: dict[str, Sequence[float]] | None = None,
    ) -> None:
        super().__init__(features, hidden, 1, bias=False)
        self.register_buffer(
            "times", torch.tensor(times, dtype=torch.float64), persistent=False
        )
        known = constants or {"baseline": [0.0] * len(times), "centre": [0.0]}
        for name, numbers in known.items():
            self.register_buffer(name, torch.tensor(numbers), persistent=False)

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        risk = self.outputs(features)[:, 0]
        hazards = (risk - self.centre).exp()[:, None] * self.baseline
        return {"risk": risk, "survival": not_rising((-hazards).exp())}

    @torch.no_grad()
    def settle(self, features: torch.Tensor, targets: dict[str, torch.Tensor]) -> None:
        """Sets the baseline hazard, from all rows of training."""
        risk = self.outputs(features)[:, 0].double()
        centre = risk.mean()
        time, event = targets["time"].double(), targets["event"]
        at, steps = hazard_steps((risk - centre).exp(), time, event)
        self.baseline = ((at[None, :] <= self.times[:, None]) * steps).sum(1).float()
        self.centre = centre.float()[None]
