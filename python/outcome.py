"""The fine-tuned model: an encoder, standardisation, fusion with a table, a head.

Needs PyTorch (1.13 or later) and NumPy:

    from outcome import build

    model = build()  # in eval mode, with its weights
    predictions = model(crops, covariates)  # crops [N, C, D, H, W], covariates [N, P]

A model without an encoder, or one that reads no table, takes None in its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

import settings
from fusion import Fusion
from head import Head
from tensors import read_tensors

HERE = Path(__file__).resolve().parent


class Standardise(nn.Module):
    """Columns [N, F] less their mean and over their deviation in training."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("deviation", torch.ones(columns))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) / self.deviation


class Outcome(nn.Module):
    """Crops [N, C, D, H, W] and covariates [N, P] become predictions by name."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder: nn.Module | None = None
        widths = {"features": settings.FEATURES, "covariates": settings.COVARIATES}
        if settings.FEATURES > 0:
            from model import Encoder

            self.encoder = Encoder()
        self.standardise = nn.ModuleDict(
            {part: Standardise(width) for part, width in widths.items() if width > 0}
        )
        self.fusion = Fusion(**settings.FUSION)
        self.head = Head(**settings.HEAD)
        # Of probabilities; None: they are told as they are.
        self.temperature: float | None = settings.TEMPERATURE

    def features(self, crops: torch.Tensor) -> torch.Tensor:
        """What the encoder tells of crops, the mean over space: [N, F].

        The last EARLY columns are those of its first stage.
        """
        assert self.encoder is not None, "this model reads no scans"
        if settings.EARLY == 0:
            return self.encoder(crops).mean((2, 3, 4))
        early: list[torch.Tensor] = []
        after = self.encoder.get_submodule(settings.AFTER_EARLY)
        hook = after.register_forward_pre_hook(
            lambda _, maps: early.append(maps[0].mean((2, 3, 4)))
        )
        try:
            late = self.encoder(crops).mean((2, 3, 4))
        finally:
            hook.remove()
        return torch.cat([late, early[0]], 1)

    def fused(
        self, features: torch.Tensor | None, covariates: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What the head reads, and a loss to add where the fusion has one."""
        parts = {"features": features, "covariates": covariates}
        standard = [
            self.standardise[name](part) if name in self.standardise else None
            for name, part in parts.items()
        ]
        if settings.EARLY == 0 or standard[0] is None:
            return self.fusion(*standard)
        late, early = standard[0].tensor_split([-settings.EARLY], 1)
        fused, extra = self.fusion(late, standard[1])
        return torch.cat([fused, early], 1), extra

    def answer(
        self, features: torch.Tensor | None, covariates: torch.Tensor | None
    ) -> dict[str, torch.Tensor]:
        """Predictions of rows, from the encoder's features [N, F]."""
        return self.head(self.fused(features, covariates)[0])

    def forward(
        self,
        crops: torch.Tensor | None = None,
        covariates: torch.Tensor | None = None,
    ) -> dict[str, torch.Tensor]:
        features = None if self.encoder is None else self.features(crops)
        return self.answer(features, covariates)

    def loss(
        self,
        crops: torch.Tensor | None,
        covariates: torch.Tensor | None,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss of a batch, and its metrics."""
        features = None if self.encoder is None else self.features(crops)
        return self.loss_of(features, covariates, targets, progress)

    def loss_of(
        self,
        features: torch.Tensor | None,
        covariates: torch.Tensor | None,
        targets: dict[str, torch.Tensor],
        progress: float = 1.0,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The same, from the encoder's features [N, F]."""
        fused, extra = self.fused(features, covariates)
        loss, metrics = self.head.loss(fused, targets, progress)
        return loss if extra is None else loss + extra, metrics

    def calibrated(
        self, predictions: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        """Probabilities after the temperature that held-out patients chose."""
        if self.temperature is None or "probabilities" not in predictions:
            return predictions
        logs = predictions["probabilities"].clamp(min=1e-30).log()
        return {**predictions, "probabilities": (logs / self.temperature).softmax(1)}


def state() -> dict[str, Any]:
    """All weights: the encoder's, and those of the rest."""
    rest = read_tensors(HERE / "outcome.safetensors")
    if settings.FEATURES == 0:
        return rest
    encoder = read_tensors(HERE / "weights.safetensors")
    return {**rest, **{f"encoder.{name}": tensor for name, tensor in encoder.items()}}


def build(trained: str | Path | None = None) -> Outcome:
    """The model in eval mode, with its weights, or those that finetune.py wrote."""
    model = Outcome()
    if trained is not None:
        content = torch.load(trained, map_location="cpu")
        model.load_state_dict(content["weights"])
        for name, values in content["constants"].items():
            setattr(model.head, name, values)
        model.temperature = content["temperature"]
        return model.eval()
    found = model.load_state_dict(state(), strict=False)
    counters = [n for n in found.missing_keys if not n.endswith("num_batches_tracked")]
    if counters or found.unexpected_keys:
        raise ValueError(f"weights do not fit: {counters + found.unexpected_keys}")
    return model.eval()
