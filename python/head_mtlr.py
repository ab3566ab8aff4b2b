"""Time to an event by multi-task logistic regression.

After Yu et al., "Learning patient-specific cancer survival distributions as a sequence
of dependent regressors" (NeurIPS 2011).
"""

from __future__ import annotations

import torch

from time_to_event import Masses


class Head(Masses):
    """Features [N, F] become a risk [N] and survival [N, T]."""

    def logits(self, outputs: torch.Tensor) -> torch.Tensor:
        """The logit of an interval is the sum of the outputs from it on."""
        return outputs.flip(1).cumsum(1).flip(1)
