"""Time to an event by hazards whose ratio changes in time.

After Kvamme, Borgan and Scheel, "Time-to-event prediction with neural networks and Cox
regression" (JMLR 2019).
"""

from __future__ import annotations

from typing import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from case_control import case_control_loss, draw_controls
from perceptron import linear
from proportional import hazard_steps
from time_to_event import not_rising


class Head(nn.Module):
    """Features [N, F] become log hazards and survival [N, T], and a risk [N]."""

    metric = "concordance"

    def __init__(
        self,
        features: int,
        hidden: int,
        times: Sequence[float],
        mean: float,
        deviation: float,
        controls: int,
        constants: dict[str, Sequence[float]] | None = None,
    ) -> None:
        super().__init__()
        self.hidden = linear(features + 1, hidden)
        self.fc = linear(hidden, 1, bias=False)
        self.mean = mean
        self.deviation = deviation
        self.controls = controls
        told = torch.tensor(times, dtype=torch.float64)
        self.register_buffer("times", told, persistent=False)
        known = constants or {
            name: [0.0] * len(times) for name in ("baseline", "centre")
        }
        for name, numbers in known.items():
            self.register_buffer(name, torch.tensor(numbers), persistent=False)

    def log_hazards(self, features: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Log hazards [N, M] of features [N, M, F] at times that spread to [N, M]."""
        scaled = ((time.double() - self.mean) / self.deviation).to(features.dtype)
        scaled = scaled.expand(features.shape[:2])[:, :, None]
        inner = F.relu(self.hidden(torch.cat([features, scaled], 2)))
        return self.fc(inner)[:, :, 0]

    def at_times(self, features: torch.Tensor) -> torch.Tensor:
        """Log hazards [N, T] at the head's times."""
        every = features[:, None, :].expand(-1, len(self.times), -1)
        return self.log_hazards(every, self.times[None, :])

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        log_hazard = self.at_times(features)
        hazards = (log_hazard - self.centre).exp() * self.baseline
        survival = not_rising((-hazards.cumsum(1)).exp())
        length = torch.diff(self.times, prepend=self.times.new_zeros(1))
        before = F.pad(survival, (1, 0), value=1.0)[:, :-1]
        lived = (length * (before + survival) / 2).sum(1)
        risk = (1 - lived / self.times[-1]).to(survival.dtype)
        return {"log_hazard": log_hazard, "risk": risk, "survival": survival}

    @torch.no_grad()
    def settle(self, features: torch.Tensor, targets: dict[str, torch.Tensor]) -> None:
        """Sets the baseline hazard, from all rows of training."""
        log_hazard = self.at_times(features).double()
        centre = log_hazard.mean(0)
        time, event = targets["time"].double(), targets["event"]
        baseline = []
        for k, end in enumerate(self.times):
            hazards = (log_hazard[:, k] - centre[k]).exp()
            at, steps = hazard_steps(hazards, time, event)
            start = self.times[k - 1] if k > 0 else -1
            baseline.append(steps[(at > start) & (at <= end)].sum())
        self.baseline = torch.stack(baseline).float()
        self.centre = centre.float()

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "time" and "event" [N]."""
        time, event = targets["time"], targets["event"].float()
        control, cases, later = draw_controls(time, event, self.controls)
        together = torch.cat([features[:, None, :], features[control]], 1)
        log_hazards = self.log_hazards(together, time[:, None])
        own, others = log_hazards[:, :1], log_hazards[:, 1:]
        agreed = (own > others).float() + 0.5 * (own == others).float()
        count = later.sum()
        share = (later * agreed).sum() / count if count > 0 else count + 0.5
        return case_control_loss(log_hazards, cases), {"concordance": share}
