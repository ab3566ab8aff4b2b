"""Time to an event by DeepHit: a likelihood, and a ranking of pairs of rows.

After Lee et al., "DeepHit: a deep learning approach to survival analysis with competing
risks" (AAAI 2018), here of one event.
"""

from __future__ import annotations

from typing import Sequence

import torch

from time_to_event import Masses


class Head(Masses):
    """Features [N, F] become a risk [N] and survival [N, T]."""

    def __init__(
        self,
        features: int,
        hidden: int,
        cuts: Sequence[float],
        times: Sequence[float],
        start: Sequence[float],
        interpolation: str,
        alpha: float,
        sigma: float,
    ) -> None:
        super().__init__(features, hidden, cuts, times, start, interpolation)
        self.alpha = alpha
        self.sigma = sigma

    def batch_loss(
        self,
        outputs: torch.Tensor,
        interval: torch.Tensor,
        event: torch.Tensor,
        share: torch.Tensor,
    ) -> torch.Tensor:
        likelihood = super().batch_loss(outputs, interval, event, share)
        had = self.with_rest(outputs).softmax(1).cumsum(1)
        # Of row j (across), the probability to have had the event by row i's (down).
        others = had.t()[interval.clamp(min=0)]
        own = others.diagonal()[:, None]
        later = interval[None, :] > interval[:, None]
        together = (interval[None, :] == interval[:, None]) & (event[None, :] == 0)
        ranked = event[:, None] * (later | together).float()
        ranking = (ranked * ((others - own) / self.sigma).exp()).mean()
        return self.alpha * likelihood + (1 - self.alpha) * ranking
