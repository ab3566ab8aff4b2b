"""Time to an event by a hazard that is constant within each interval.

After Kvamme and Borgan, "Continuous and discrete-time survival prediction with neural
networks" (Lifetime Data Analysis 2021).
"""

from __future__ import annotations

from typing import Sequence

import torch
from torch.nn import functional as F

from time_to_event import Intervals


class Head(Intervals):
    """Features [N, F] become a risk [N] and survival [N, T]."""

    within_intervals = True

    def __init__(
        self,
        features: int,
        hidden: int,
        cuts: Sequence[float],
        times: Sequence[float],
        start: Sequence[float],
    ) -> None:
        super().__init__(features, hidden, cuts, times, start, "hazard")

    def masses(self, outputs: torch.Tensor) -> torch.Tensor:
        hazards = F.softplus(outputs)
        before = hazards.cumsum(1) - hazards
        return (-before).exp() * -torch.expm1(-hazards)

    def hazards(self, outputs: torch.Tensor) -> torch.Tensor:
        return F.softplus(outputs)

    def batch_loss(
        self,
        outputs: torch.Tensor,
        interval: torch.Tensor,
        event: torch.Tensor,
        share: torch.Tensor,
    ) -> torch.Tensor:
        hazards = F.softplus(outputs)
        index = torch.arange(outputs.shape[1], device=outputs.device)[None, :]
        last = (index == interval[:, None]).float()
        lived = (index < interval[:, None]).float() + last * share[:, None]
        # log softplus(x) tends to x where softplus(x) underflows.
        log = torch.where(outputs < -20, outputs, hazards.clamp(min=1e-30).log())
        return (lived * hazards - last * event[:, None] * log).sum(1).mean()
