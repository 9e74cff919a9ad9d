"""What a rule of the gate gets and gives. Belongs here: the shape of a rule. Does not: any rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.quality.settings import GateSettings

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Outcome = Literal["passed", "adjudicate", "rejected"]


@dataclass(frozen=True)
class GateContext:
    """What rules may know besides the label: thresholds, the schema versions that count, and batch agreement."""

    settings: GateSettings
    classes: tuple[str, ...]
    current_schemas: frozenset[str]
    batch_agreement: Mapping[str, float]


@dataclass(frozen=True)
class Finding:
    """What one rule says of every label; arrays are aligned with the labels.

    ``reasons``: evidence where the rule holds, the fault where it fails, "" where the rule has nothing to say.
    ``otherwise``: where a label goes that fails it.
    """

    fails: Bools
    reasons: Texts
    otherwise: Outcome

    def rows(self, some: slice) -> Finding:
        """The finding on some of the labels."""
        return Finding(self.fails[some], self.reasons[some], self.otherwise)


Rule = Callable[[pd.DataFrame, GateContext], Finding]


def silent(labels: pd.DataFrame) -> Finding:
    """A rule that is switched off, or has no data to look at."""
    return Finding(np.zeros(len(labels), dtype=bool), _texts(len(labels)), "passed")


def at_least(values: pd.Series, floor: npt.ArrayLike, what: str, otherwise: Outcome) -> Finding:
    """The rule "value ≥ floor"; a missing value fails. ``floor`` is one number or one per row.

    ``what`` stands before the value, where the rule's name does not say it.
    """
    what = f"{what} " if what else ""
    value = values.to_numpy(dtype=np.float64, na_value=np.nan)
    floors = np.broadcast_to(np.asarray(floor, dtype=np.float64), value.shape)
    fails = ~(value >= floors)
    # Values are few once rounded for reading, so each text is made once and not once per row.
    made: dict[tuple[float, float, bool], str] = {}
    shown = zip(np.round(value, 3).tolist(), floors.tolist(), fails.tolist(), strict=True)
    reasons = [made.get(key) or made.setdefault(key, _compare(*key, what)) for key in shown]
    return Finding(fails, texts(reasons), otherwise)


def _compare(value: float, floor: float, fails: bool, what: str) -> str:
    if value != value:
        return f"{what}not known, the floor is {floor:g}"
    return f"{what}{value:g} is under {floor:g}" if fails else f"{what}{value:g}, at least {floor:g}"


def texts(values: list[str]) -> Texts:
    """An object array of texts (numpy would otherwise cut them to one width)."""
    result = _texts(len(values))
    result[:] = values
    return result


def choose(condition: Bools, yes: Texts | str, no: Texts | str) -> Texts:
    """Row-wise choice between texts."""
    result: Texts = np.where(condition, np.asarray(yes, dtype=object), np.asarray(no, dtype=object))
    return result


def _texts(n: int) -> Texts:
    return np.full(n, "", dtype=object)
