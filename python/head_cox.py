"""Time to an event by proportional hazards (Cox 1972), ties after Efron or Breslow."""

from __future__ import annotations

from typing import Sequence

import torch

from proportional import Proportional
from time_to_event import concordance


class Head(Proportional):
    """Features [N, F] become a risk [N], the log hazard, and survival [N, T]."""

    def __init__(
        self,
        features: int,
        hidden: int,
        times: Sequence[float],
        ties: str,
        constants: dict[str, Sequence[float]] | None = None,
    ) -> None:
        super().__init__(features, hidden, times, constants)
        self.ties = ties

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "time" and "event" [N].

        Minus the partial log likelihood per event; it compares rows, so that a batch is
        best all of them.
        """
        risk = self.outputs(features)[:, 0]
        time, event = targets["time"], targets["event"].float()
        weight = (time[None, :] >= time[:, None]).float()
        if self.ties == "efron":
            tied = (time[None, :] == time[:, None]).float() * event[None, :]
            before = tied.tril(-1).sum(1) / tied.sum(1).clamp(min=1)
            weight = weight - (before * event)[:, None] * tied
        at_risk = (risk[None, :] + weight.log()).logsumexp(1)
        loss = (event * (at_risk - risk)).sum() / event.sum().clamp(min=1)
        return loss, {"concordance": concordance(risk, time, event)}
