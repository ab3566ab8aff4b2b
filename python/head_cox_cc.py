"""Time to an event by proportional hazards, cases against sampled controls.

After Kvamme, Borgan and Scheel, "Time-to-event prediction with neural networks and Cox
regression" (JMLR 2019).
"""

from __future__ import annotations

from typing import Sequence

import torch

from case_control import case_control_loss, draw_controls
from proportional import Proportional
from time_to_event import concordance


class Head(Proportional):
    """Features [N, F] become a risk [N], the log hazard, and survival [N, T]."""

    def __init__(
        self,
        features: int,
        hidden: int,
        times: Sequence[float],
        controls: int,
        constants: dict[str, Sequence[float]] | None = None,
    ) -> None:
        super().__init__(features, hidden, times, constants)
        self.controls = controls

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "time" and "event" [N]."""
        risk = self.outputs(features)[:, 0]
        time, event = targets["time"], targets["event"].float()
        control, cases, _ = draw_controls(time, event, self.controls)
        loss = case_control_loss(torch.cat([risk[:, None], risk[control]], 1), cases)
        return loss, {"concordance": concordance(risk, time, event)}
