"""Decisions for one of two classes, by a threshold of each group.

voxolve fitted the thresholds after the training, so that groups are treated more
alike; probabilities stay as they are. Rows of other groups, and of unknown ones, are
decided by the common threshold. Deciding by group may be forbidden where the model is
used.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

COMMON = 0.5
Row = dict


def refuse(problem: str) -> NoReturn:
    print(f"--groups-column: {problem}", file=sys.stderr)
    sys.exit(2)


class Decisions:
    """Adds the columns "threshold" and "decision" to what is told of rows."""

    def __init__(
        self, thresholds: dict[str, float] | None, classes: Sequence[str], column: str
    ) -> None:
        if not thresholds:
            refuse("this model has no thresholds per group")
        self.thresholds = thresholds
        self.classes = classes
        self.column = column
        self.own = 0
        self.common = 0

    def of(self, row: Row, told: Row) -> Row:
        """What a manifest's row is decided for, by the probabilities told of it."""
        if self.column not in row:
            refuse(f"the manifest has no column {self.column}")
        known = row[self.column] in self.thresholds
        self.own += known
        self.common += not known
        threshold = self.thresholds[row[self.column]] if known else COMMON
        negative, positive = self.classes
        decided = positive if float(told[f"p_{positive}"]) >= threshold else negative
        return {"threshold": threshold, "decision": decided}

    def summary(self) -> str:
        """How many rows were decided by which threshold."""
        groups = [f"{name} from {value:.3f}" for name, value in self.thresholds.items()]
        return (
            f"decided for {self.classes[1]} by the group in {self.column}"
            f" ({', '.join(groups)}): {self.own} rows;"
            f" by the common threshold {COMMON}: {self.common}"
        )
