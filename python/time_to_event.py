"""What heads of time to event share: the order of rows, intervals, survival."""

from __future__ import annotations

from typing import Sequence

import torch
from torch.nn import functional as F

from perceptron import Perceptron


def concordance(
    risk: torch.Tensor, time: torch.Tensor, event: torch.Tensor
) -> torch.Tensor:
    """Harrell's concordance of risks [N]; equal risks count half, no pair gives 1/2."""
    later = (time[None, :] > time[:, None]).float()
    together = (time[None, :] == time[:, None]).float() * (1 - event[None, :])
    pairs = event[:, None] * (later + together)
    above = (risk[:, None] > risk[None, :]).float()
    agreed = above + 0.5 * (risk[:, None] == risk[None, :]).float()
    count = pairs.sum()
    if count == 0:
        return count + 0.5
    return (pairs * agreed).sum() / count


def not_rising(survival: torch.Tensor) -> torch.Tensor:
    """Survival [N, T] that does not rise, also not by a rounding."""
    return survival.cummin(1).values


class Intervals(Perceptron):
    """A head of outputs for intervals of time: from 0 to the first cut, and so on.

    A subclass says what outputs mean: ``masses``, ``batch_loss`` and ``hazards``.
    Biases start where the outputs of all rows tell the hazards of training.
    """

    metric = "concordance"
    within_intervals = False

    def __init__(
        self,
        features: int,
        hidden: int,
        cuts: Sequence[float],
        times: Sequence[float],
        start: Sequence[float],
        interpolation: str = "density",
    ) -> None:
        super().__init__(features, hidden, len(cuts))
        with torch.no_grad():
            self.fc.bias.copy_(torch.tensor(start))
        self.interpolation = interpolation
        ends = torch.tensor(cuts, dtype=torch.float64)
        starts = torch.cat([ends.new_zeros(1), ends[:-1]])
        told = torch.tensor(times, dtype=torch.float64)
        shares = (told[None, :] - starts[:, None]) / (ends - starts)[:, None]
        lost = 1 - (starts + ends) / 2 / ends[-1]
        self.register_buffer("ends", ends, persistent=False)
        self.register_buffer("starts", starts, persistent=False)
        self.register_buffer("shares", shares.clamp(0, 1).float(), persistent=False)
        self.register_buffer("lost", lost.float(), persistent=False)

    def masses(self, outputs: torch.Tensor) -> torch.Tensor:
        """Probability of the event in each interval, [N, K]."""
        raise NotImplementedError

    def hazards(self, outputs: torch.Tensor) -> torch.Tensor:
        """Cumulative hazard of each interval, [N, K]."""
        left = (1 - self.masses(outputs).cumsum(1)).clamp(min=1e-7).log()
        return torch.cat([-left[:, :1], left[:, :-1] - left[:, 1:]], 1)

    def batch_loss(
        self,
        outputs: torch.Tensor,
        interval: torch.Tensor,
        event: torch.Tensor,
        share: torch.Tensor,
    ) -> torch.Tensor:
        """The mean loss of rows that end in an interval [N], of which -1 is none.

        With or without an event there [N], a share [N] of the interval over.
        """
        raise NotImplementedError

    def survival(self, outputs: torch.Tensor) -> torch.Tensor:
        """Survival [N, T] at the head's times."""
        if self.interpolation == "density":
            return (1 - self.masses(outputs) @ self.shares).clamp(min=0)
        return (-self.hazards(outputs) @ self.shares).exp()

    def risk(self, outputs: torch.Tensor) -> torch.Tensor:
        """Share of the time up to the last cut that is lost, [N]."""
        return self.masses(outputs) @ self.lost

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        outputs = self.outputs(features)
        return {
            "risk": self.risk(outputs),
            "survival": not_rising(self.survival(outputs)),
        }

    def ends_of(
        self, time: torch.Tensor, event: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Interval, event and share of the interval, where each row ends."""
        time = time.double()
        event = torch.where(time <= self.ends[-1], event, torch.zeros_like(event))
        inside = torch.minimum(time, self.ends[-1])
        holding = torch.searchsorted(self.ends, inside)
        if self.within_intervals:
            length = (self.ends - self.starts)[holding]
            return holding, event, ((inside - self.starts[holding]) / length).float()
        whole = torch.searchsorted(self.ends, time, right=True) - 1
        interval = torch.where(event == 1, holding, whole)
        return interval, event, torch.ones_like(event)

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "time" and "event" [N]."""
        outputs = self.outputs(features)
        time, event = targets["time"], targets["event"].float()
        loss = self.batch_loss(outputs, *self.ends_of(time, event))
        return loss, {"concordance": concordance(self.risk(outputs), time, event)}


class Masses(Intervals):
    """Outputs are logits of the event in each interval, with one more, 0, for later."""

    def logits(self, outputs: torch.Tensor) -> torch.Tensor:
        """Logits [N, K] of the intervals."""
        return outputs

    def with_rest(self, outputs: torch.Tensor) -> torch.Tensor:
        """Logits [N, K + 1]."""
        return F.pad(self.logits(outputs), (0, 1))

    def masses(self, outputs: torch.Tensor) -> torch.Tensor:
        return self.with_rest(outputs).softmax(1)[:, :-1]

    def batch_loss(
        self,
        outputs: torch.Tensor,
        interval: torch.Tensor,
        event: torch.Tensor,
        share: torch.Tensor,
    ) -> torch.Tensor:
        logits = self.with_rest(outputs)
        index = torch.arange(logits.shape[1], device=logits.device)[None, :]
        here, after = index == interval[:, None], index > interval[:, None]
        known = logits.masked_fill(~torch.where(event[:, None] == 1, here, after), -1e9)
        return (logits.logsumexp(1) - known.logsumexp(1)).mean()
