"""Work that went out with fewer honeypots than set: known for each round as long as the round is out.

Belongs here: what is kept of it among an asset's metrics. Does not: the count of what is missing (``core.honeypots``),
or wording (``report.handed_out``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

import pandas as pd

ANYBODY = "vendor"  # stands for whoever will answer a sheet that names nobody
METRIC = "short_of_honeypots"


@dataclass(frozen=True)
class Shortage:
    """Of one part of a round: at which rate, how many of those asked are under it, and how many honeypots are missing.

    ``missing_in_sheets``: in sheets that name nobody, whoever will answer them.
    """

    labeling_round: str
    part: int
    rate: float
    annotators_short: int
    annotators_asked: int
    honeypots_missing: int
    missing_in_sheets: int


def shortage(labeling_round: str, part: int, rate: float, missing: pd.Series, asked: pd.DataFrame) -> Shortage | None:
    """``missing``: `core.honeypots.honeypots_missing` of ``asked``; None where everybody got their rate."""
    if missing.empty:
        return None
    named = missing.drop(ANYBODY, errors="ignore")
    people = asked["annotator_id"][asked["annotator_id"] != ANYBODY].nunique()
    sheets = int(missing.get(ANYBODY, 0))
    return Shortage(labeling_round, part, rate, len(named), people, int(named.sum()), sheets)


def still_out(metrics: Mapping[str, float | int | str], open_rounds: Collection[str]) -> list[Shortage]:
    """What metrics say of rounds that are open."""
    kept = [Shortage(**one) for one in json.loads(str(metrics.get(METRIC, "[]")))]
    return [one for one in kept if one.labeling_round in open_rounds]


def as_metrics(short: Iterable[Shortage]) -> dict[str, float | int | str]:
    """The same as a metric; of one part of a round the last counts. None where nothing is short."""
    of_part = {(one.labeling_round, one.part): asdict(one) for one in short}
    return {METRIC: json.dumps(list(of_part.values()))} if of_part else {}
