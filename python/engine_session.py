"""A session of the engine `torch`: vectors of weights, and steps on them.

Parameters are views into the vectors, so that an update of a vector is one of
all of its parameters.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, ContextManager

import torch
from torch import Tensor

from engine_capture import CapturedStep, emulated, on_cuda
from engine_graph import Graph
from engine_optimisers import PIECE, Group, clipping, pieces, update

# Types of value that the precision lets matrix products and convolutions have.
AUTOCAST = {"bfloat16": torch.bfloat16}


class Session:
    """`program` is that of an "open" request, with the constants of its graphs."""

    def __init__(self, program: dict[str, Any], constants: dict[str, Tensor]) -> None:
        self.program = program
        self.device = torch.device(program["device"])
        # Pools of PyTorch have no deterministic gradient on GPUs.
        self.taps = self.device.type != "cpu" or program["asOnGpu"]
        self.records = self.device.type == "cuda" or program["asOnGpu"]
        self.captured: CapturedStep | None = None
        # What the user is to know, once.
        self.notice: str | None = None
        self.vectors: dict[str, Tensor] = {}
        self.leaves: dict[str, Tensor] = {}
        self.groups: list[Group] = []
        self.evaluation = self.graph("evaluate", constants)
        self.training = self.graph("train", constants) if program["train"] else None

    def graph(self, which: str, constants: dict[str, Tensor]) -> Graph:
        spec = self.program[which]
        own = {
            int(name.split("/")[1]): self.moved(value)
            for name, value in constants.items()
            if name.startswith(f"{which}/")
        }
        for node in spec["nodes"]:
            if node["op"] == "constant":
                # A single value stands for a tensor filled with it.
                own[node["id"]] = own[node["id"]].expand(node["shape"])
        wanted = [*spec["outputs"].values(), *spec["updates"].values()]
        loss = spec["outputs"].get("loss") if which == "train" else None
        return Graph(spec["nodes"], own, wanted, loss)

    def moved(self, value: Tensor) -> Tensor:
        """On the device; integers as PyTorch wants indices."""
        there = value.to(self.device)
        return there.long() if there.dtype == torch.int32 else there

    def load(self, vectors: dict[str, Tensor]) -> None:
        """Sets the vectors of weights, states and moments."""
        if self.vectors:
            # In place, since views and a captured step read them where they are.
            for name, value in vectors.items():
                self.vectors[name].copy_(value)
            return
        self.vectors = {
            name: value.to(self.device, copy=True) for name, value in vectors.items()
        }
        for spec in self.program["groups"]:
            weights = self.vectors[spec["name"]]
            names = [f"{name}/{spec['name']}" for name in self.program["moments"]]
            moments = [self.vectors[name] for name in names if name in self.vectors]
            facts = (spec["name"], spec["decay"], spec["rate"], spec["slots"])
            self.groups.append(Group(*facts, weights, moments))
            self.view(weights, spec["slots"], trained=True)
        states = self.program["states"]
        if states:
            self.view(self.vectors["states"], states, trained=False)

    def view(self, vector: Tensor, slots: list[dict[str, Any]], trained: bool) -> None:
        for slot in slots:
            offset, size = slot["offset"], slot["size"]
            part = vector[offset : offset + size].view(slot["shape"]).detach()
            needs = trained and self.training is not None
            self.leaves[slot["name"]] = part.requires_grad_(needs)

    def leaf(self, feeds: dict[str, Tensor]) -> Callable[[str], Tensor]:
        return lambda name: feeds[name] if name in feeds else self.leaves[name]

    def cast(self) -> ContextManager[Any]:
        dtype = AUTOCAST.get(self.program["precision"])
        if dtype is None:
            return contextlib.nullcontext()
        # A captured graph must not find casts of weights that another run made.
        return torch.autocast(self.device.type, dtype, cache_enabled=False)

    def evaluate(self, feeds: dict[str, Tensor]) -> dict[str, Tensor]:
        fed = {name: self.moved(value) for name, value in feeds.items()}
        with torch.no_grad(), self.cast():
            values = self.evaluation.run(self.leaf(fed), self.taps)
        outputs = self.program["evaluate"]["outputs"]
        return {name: values[place] for name, place in outputs.items()}

    def forward(
        self, feeds: dict[str, Tensor]
    ) -> tuple[dict[int, Tensor], list[Tensor]]:
        """Values of the train graph, and the loss's gradient of each parameter."""
        assert self.training is not None
        with self.cast():
            values = self.training.run(self.leaf(feeds), self.taps)
        names = [slot["name"] for group in self.groups for slot in group.slots]
        parameters = [self.leaves[name] for name in names]
        loss = values[self.program["train"]["outputs"]["loss"]].float()
        found = (
            torch.autograd.grad(loss, parameters, allow_unused=True)
            if loss.requires_grad
            else [None] * len(parameters)
        )
        return values, [
            torch.zeros_like(leaf) if grad is None else grad
            for leaf, grad in zip(parameters, found)
        ]

    def parts(self, gradients: list[Tensor]) -> list[tuple[Group, Tensor]]:
        """What is updated, with its gradient: on a CPU in pieces, else by group."""
        found = []
        for group, own in zip(self.groups, self.by_group(gradients)):
            # A recorded step wants few long ops, and LAMB compares whole parameters.
            whole = self.taps or self.program["optimiser"]["kind"] == "lamb"
            longest = group.weights.numel() if whole else PIECE
            found.extend(pieces(group, own, longest))
        return found

    def by_group(self, gradients: list[Tensor]) -> list[list[Tensor]]:
        """The parameters' gradients, a list for each group."""
        left = iter(gradients)
        return [[next(left) for _ in group.slots] for group in self.groups]

    def step(self, feeds: dict[str, Tensor], scalars: Tensor) -> Tensor:
        """Takes a step; returns the train graph's outputs, in their order."""
        values, gradients = self.forward(feeds)
        train = self.program["train"]
        with torch.no_grad():
            parts = self.parts(gradients)
            limit = self.program["clipNorm"]
            factor = None
            if limit is not None and parts:
                factor = clipping([gradient for _, gradient in parts], limit)
            rates = scalars.unbind()
            for part, gradient in parts:
                clipped = gradient if factor is None else gradient * factor
                update(self.program["optimiser"], part, clipped, rates)
            for name, place in train["updates"].items():
                self.leaves[name].copy_(values[place])
            outputs = [values[place] for place in train["outputs"].values()]
            return torch.stack([value.float().reshape(()) for value in outputs])

    def recorded_step(self, feeds: dict[str, Tensor], scalars: Tensor) -> Tensor:
        """A step by replay; as any other where it cannot be recorded."""
        if not self.records:
            return self.step(feeds, scalars)
        if self.captured is None:
            record = on_cuda if self.device.type == "cuda" else emulated
            kept = list(self.vectors.values())
            try:
                self.captured = CapturedStep(self.step, record, feeds, scalars, kept)
            except RuntimeError as error:
                reason = str(error).split("\n")[0]
                self.notice = f"steps are not captured as a CUDA graph: {reason}"
                self.records = False
                return self.step(feeds, scalars)
        return self.captured(feeds, scalars)

    def train(self, feeds: dict[str, Tensor], scalars: Tensor) -> Tensor:
        """Steps, one for each row of scalars; rows of outputs."""
        fed = {name: self.moved(value) for name, value in feeds.items()}
        rows = scalars.to(self.device)
        take = self.recorded_step if self.records else self.step
        return torch.stack(
            [
                take({name: value[k] for name, value in fed.items()}, row)
                for k, row in enumerate(rows)
            ]
        )

    def close(self) -> None:
        """Frees its memory at once: a recorded step refers to the session itself."""
        self.captured = None
        for held in (self.vectors, self.leaves, self.groups):
            held.clear()

    def gradients(self, feeds: dict[str, Tensor]) -> dict[str, Tensor]:
        """The gradient of the loss for each parameter, for one batch."""
        fed = {name: self.moved(value) for name, value in feeds.items()}
        _, found = self.forward(fed)
        return {
            group.name: torch.cat([gradient.reshape(-1) for gradient in own])
            for group, own in zip(self.groups, self.by_group(found))
        }
