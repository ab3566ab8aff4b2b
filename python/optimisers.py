"""Optimisers by name, as voxolve has them."""

from __future__ import annotations

from typing import Callable

import torch


class Lamb(torch.optim.Optimizer):
    """LAMB (You et al. 2020, arXiv 1904.00962); a group not "scaled" steps as Adam."""

    def __init__(self, groups: list[dict], lr: float) -> None:
        defaults = {"lr": lr, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
        super().__init__(groups, {**defaults, "scaled": True})

    @torch.no_grad()
    def step(self, closure: Callable | None = None) -> None:
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    self.update(weights, group)

    def update(self, weights: torch.Tensor, group: dict) -> None:
        state = self.state[weights]
        if not state:
            state.update(
                step=0, m=torch.zeros_like(weights), v=torch.zeros_like(weights)
            )
        state["step"] += 1
        first, second = group["betas"]
        state["m"].lerp_(weights.grad, 1 - first)
        state["v"].mul_(second).addcmul_(weights.grad, weights.grad, value=1 - second)
        mean = state["m"] / (1 - first ** state["step"])
        root = (state["v"] / (1 - second ** state["step"])).sqrt()
        direction = mean / (root + group["eps"]) + group["weight_decay"] * weights
        norms = weights.norm(), direction.norm()
        trust = norms[0] / norms[1] if group["scaled"] and all(norms) else 1.0
        weights -= group["lr"] * trust * direction


def optimiser_of(
    name: str, groups: list[dict], rate: float, momentum: float
) -> torch.optim.Optimizer:
    """adamw, lamb or sgd; groups hold "weight_decay", and "scaled" for lamb."""
    if name == "sgd":
        return torch.optim.SGD(
            groups, lr=rate, momentum=momentum, nesterov=momentum > 0
        )
    if name == "lamb":
        return Lamb(groups, lr=rate)
    return torch.optim.AdamW(groups, lr=rate)
