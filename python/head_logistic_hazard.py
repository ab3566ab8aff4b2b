"""Time to an event by the hazard of each interval, a logistic function.

After Gensheimer and Narasimhan, "A scalable discrete-time survival model for neural
networks" (PeerJ 2019).
"""

from __future__ import annotations

import torch
from torch.nn import functional as F

from time_to_event import Intervals


class Head(Intervals):
    """Features [N, F] become a risk [N] and survival [N, T]."""

    def masses(self, outputs: torch.Tensor) -> torch.Tensor:
        hazards = F.softplus(outputs)
        before = hazards.cumsum(1) - hazards
        return (-before).exp() * outputs.sigmoid()

    def hazards(self, outputs: torch.Tensor) -> torch.Tensor:
        return F.softplus(outputs)

    def batch_loss(
        self,
        outputs: torch.Tensor,
        interval: torch.Tensor,
        event: torch.Tensor,
        share: torch.Tensor,
    ) -> torch.Tensor:
        index = torch.arange(outputs.shape[1], device=outputs.device)[None, :]
        reached = (index <= interval[:, None]).float()
        ended = (index == interval[:, None]).float() * event[:, None]
        return (reached * F.softplus(outputs) - ended * outputs).sum(1).mean()
