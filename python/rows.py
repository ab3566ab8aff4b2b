"""Labelled rows for training: who is learned from, crops of their scans, batches."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Iterator

import numpy as np
import torch

import settings
from table import Row, covariates, targets


def patient_of(row: Row, index: int) -> str:
    """Without patients, each row is one of its own."""
    return row.get("patient") or f"row {index + 1}"


def split(rows: list[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to learn from, and rows held out; rows of the split "test" are in neither.

    Held out are rows of the split "validation" or, without any, some patients.
    """
    sides = [row.get("split", "").lower() for row in rows]
    named = [row for row, side in zip(rows, sides) if side == "validation"]
    rest = [row for row, side in zip(rows, sides) if side not in ("validation", "test")]
    if named:
        return rest, named
    owners = [patient_of(row, index) for index, row in enumerate(rest)]
    patients = sorted(set(owners))
    order = np.random.default_rng(seed).permutation(len(patients))
    held = {patients[i] for i in order[: round(share * len(patients))]}
    learnt = [row for row, owner in zip(rest, owners) if owner not in held]
    return learnt, [row for row, owner in zip(rest, owners) if owner in held]


class Rows(torch.utils.data.Dataset):
    """Rows of a manifest: crops, covariates and targets.

    crops: "drawn" at random places, with other intensities; a random "tile" of those
    that are answered for; or the "middle".
    """

    def __init__(self, rows: list[Row], scans: Path, crops: str, seed: int = 0) -> None:
        self.rows = rows
        self.covariates = covariates(rows)
        self.targets = targets(rows)
        self.crops, self.seed, self.draws = crops, seed, 0
        self.volumes: list = []
        if settings.FEATURES > 0:
            from scans import load

            paths = [(scans / row["path"], row.get("modality") or None) for row in rows]
            self.volumes = [load(*path)[0] for path in paths]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        item = {name: values[index] for name, values in self.targets.items()}
        if self.covariates is not None:
            item["covariates"] = self.covariates[index]
        if self.volumes:
            item["crops"] = torch.from_numpy(self.crop(index))
        return item

    def crop(self, index: int) -> np.ndarray:
        """A crop of a row's scan."""
        from crops import cut, drawn, middle, tiles

        volume = self.volumes[index]
        extents = volume.foreground.shape
        if self.crops == "middle":
            return cut(volume, middle(extents))
        self.draws += 1
        rng = np.random.default_rng((self.seed, index, self.draws))
        if self.crops == "drawn":
            return drawn(volume, rng)
        corners = tiles(extents)
        return cut(volume, corners[rng.integers(len(corners))])

    def tiles(self, index: int) -> Iterator[torch.Tensor]:
        """The crops [C, D, H, W] of a row's scan that are answered for."""
        from crops import cut, tiles

        volume = self.volumes[index]
        for corner in tiles(volume.foreground.shape):
            yield torch.from_numpy(cut(volume, corner))


def strata(rows: list[Row]) -> list[list[int]] | None:
    """Rows among which batches are balanced; None where they are not.

    Rows of unknown group are in no stratum.
    """
    if settings.BALANCE == "none":
        return None
    own = {"classes": "label", "events": "event"}.get(settings.BALANCE)
    column = own or settings.GROUP
    found: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        text = row.get(column, "")
        kind = str(float(text) > 0) if settings.BALANCE == "events" else text
        if kind:
            found.setdefault(kind, []).append(index)
    return list(found.values())


def batches(rows: list[Row], size: int, seed: int) -> Iterator[list[int]]:
    """Rows of each step, without end.

    Each pass has an order of its own and leaves out the few that fill no batch;
    balanced batches take a row of each stratum in turn, small ones come again sooner.
    """
    rng = np.random.default_rng((seed, 1))
    kinds = strata(rows)
    if kinds is not None:
        turns = itertools.cycle([endless(kind, rng) for kind in kinds])
        while True:
            yield [next(next(turns)) for _ in range(size)]
    while True:
        order = rng.permutation(len(rows)).tolist()
        for first in range(0, len(rows) - size + 1, size):
            yield order[first : first + size]


def endless(rows: list[int], rng: np.random.Generator) -> Iterator[int]:
    """The rows in passes, each in an order of its own."""
    while True:
        yield from rng.permutation(rows).tolist()
