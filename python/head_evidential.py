"""One of K classes with an uncertainty: evidence for each, of a Dirichlet distribution.

After Sensoy, Kaplan and Kandemir, "Evidential deep learning to quantify classification
uncertainty" (NeurIPS 2018).
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from familiarity import Familiarity
from perceptron import Perceptron


def divergence(alpha: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Divergence from the uniform one [N], without the true class's evidence."""
    wrong = truth + (1 - truth) * alpha
    total = wrong.sum(1, keepdim=True)
    norm = torch.lgamma(total[:, 0]) - math.lgamma(alpha.shape[1])
    slope = (wrong - 1) * (torch.digamma(wrong) - torch.digamma(total))
    return norm - torch.lgamma(wrong).sum(1) + slope.sum(1)


class Head(Perceptron):
    """Features [N, F + early] become probabilities [N, K] and an uncertainty [N].

    The last columns, of the encoder's first stage, tell only how familiar rows are.
    """

    metric = "accuracy"

    def __init__(
        self,
        features: int,
        early: int,
        hidden: int,
        classes: int,
        evidence: str,
        error: str,
        annealing: float,
        distance: bool,
    ) -> None:
        super().__init__(features, hidden, classes)
        self.features = features
        self.evidence = evidence
        self.error = error
        self.annealing = annealing
        # None: all rows are told with the evidence that is found.
        self.known = Familiarity(features + early) if distance else None

    def alpha(self, features: torch.Tensor) -> torch.Tensor:
        """Parameters [N, K] of the distribution: evidence + 1."""
        outputs = self.outputs(features[:, : self.features])
        if self.evidence == "relu":
            return F.relu(outputs) + 1
        if self.evidence == "exp":
            return outputs.clamp(max=10).exp() + 1
        return F.softplus(outputs) + 1

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        alpha = self.alpha(features)
        if self.known is not None:
            # Evidence fades as features leave those of training.
            alpha = 1 + (alpha - 1) * self.known(features)
        total = alpha.sum(1, keepdim=True)
        return {
            "probabilities": alpha / total,
            "uncertainty": alpha.shape[1] / total[:, 0],
        }

    def settle(self, features: torch.Tensor, targets: dict[str, torch.Tensor]) -> None:
        """Learns what rows of training are like; targets have "patient" [N]."""
        if self.known is not None:
            self.known.measure(features, targets["patient"])

    def error_of(self, alpha: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """The error of each row [N], by equation 5, 3 or 4 of the paper."""
        total = alpha.sum(1, keepdim=True)
        if self.error == "log":
            return (truth * (total.log() - alpha.log())).sum(1)
        if self.error == "digamma":
            return (truth * (torch.digamma(total) - torch.digamma(alpha))).sum(1)
        p = alpha / total
        return ((truth - p).square() + p * (1 - p) / (total + 1)).sum(1)

    def loss(
        self,
        features: torch.Tensor,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and metrics of a batch with targets "label" [N].

        progress: the share of the training that is over.
        """
        alpha, label = self.alpha(features), targets["label"]
        truth = F.one_hot(label, alpha.shape[1]).to(alpha.dtype)
        weight = min(1.0, progress / self.annealing) if self.annealing > 0 else 1.0
        loss = self.error_of(alpha, truth) + weight * divergence(alpha, truth)
        return loss.mean(), {"accuracy": (alpha.argmax(1) == label).float().mean()}
