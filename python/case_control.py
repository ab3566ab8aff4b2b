"""Cases against controls: rows of a batch that were still at risk at a case's time."""

from __future__ import annotations

import torch


def draw_controls(
    time: torch.Tensor, event: torch.Tensor, count: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Controls [N, count], cases [N], and if a control's event is later [N, count].

    Controls are drawn with replacement, by PyTorch's generator; rows that are no cases
    get themselves.
    """
    rows = torch.arange(len(time), device=time.device)
    at_risk = (time[None, :] >= time[:, None]) & (rows[None, :] != rows[:, None])
    cases = (event == 1) & at_risk.any(1)
    control = rows[:, None].repeat(1, count)
    if cases.any():
        control[cases] = torch.multinomial(at_risk[cases].float(), count, True)
    later = (time[control] > time[:, None]) | (event[control] == 0)
    return control, cases.float(), (later & cases[:, None]).float()


def case_control_loss(log_hazards: torch.Tensor, cases: torch.Tensor) -> torch.Tensor:
    """The mean loss of cases; log hazards [N, 1 + controls], the case's first."""
    terms = log_hazards.logsumexp(1) - log_hazards[:, 0]
    return (cases * terms).sum() / cases.sum().clamp(min=1)
