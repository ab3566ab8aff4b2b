"""Covariates of a table as numbers: columns follow from the rows of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

import numpy as np

# What counts as an empty cell, in any case.
MISSING = {"", "na", "n/a", "nan", "null"}


@dataclass
class Covariates:
    """The plan that training rows gave.

    A source is a column of the manifest: a number with its mean, or a category with
    its values, the reference first. A column of the result names its source by index,
    and what it is of it: "number", "missing", or one of its categories.
    """

    sources: Sequence[Mapping[str, Any]]
    columns: Sequence[Mapping[str, Any]]

    @property
    def names(self) -> list[str]:
        """Names of the columns: x_age, x_cell=adeno, x_bmi missing."""
        return [column["name"] for column in self.columns]

    def __call__(self, rows: Sequence[Mapping[str, str]]) -> np.ndarray:
        """Rows of a manifest, as csv.DictReader gives them, become [N, P]."""
        values = [[self.value(column, row) for column in self.columns] for row in rows]
        return np.array(values, np.float32).reshape(len(rows), len(self.columns))

    def value(self, column: Mapping[str, Any], row: Mapping[str, str]) -> float:
        """A number of the result."""
        source = self.sources[column["source"]]
        cell = row[source["column"]].strip()
        number = source["kind"] == "number"
        # Categories that training rows did not have count as missing.
        known = cell.lower() not in MISSING and (number or cell in source["categories"])
        if column["is"] == "missing":
            return float(not known)
        if number:
            return float(cell) if known else float(source["mean"])
        return float(known and cell == column["is"]["category"])
