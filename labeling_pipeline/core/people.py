"""Those who read what nobody should have to read: how much of it a person was given, and how much more they may be.

Belongs here: what counts as exposure, the daily cap, and who opted out. Does not: who gets which comment
(``core.adjudication``, ``core.spared``), or how a text is shown (``report``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

HARMFUL_FROM = 0.5  # probability of a harmful class from which a comment counts as exposure
REFUSED = ("no", "false", "withdrawn")
COLUMNS = ("person_id", "day", "comment_id", "class", "expected", "source")


@dataclass(frozen=True)
class Limits:
    """``left``: person → harmful comments they may still be given today; ``opted_out``: who is given none of them;

    ``away``: who is given nothing at all; ``harmful``: ids of the comments that count.
    """

    left: Mapping[str, int] = field(default_factory=dict)
    opted_out: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    harmful: Collection[str] = ()

    def allows(self, person: str, given: int) -> bool:
        """Whether a person who was given so many in this round may be given one more."""
        return person not in self.opted_out and given < self.left.get(person, given + 1)


def harm(labels: pd.DataFrame, harmful: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """How probable it is that each comment is of a harmful class, and which of them is most probable.

    ``labels``: columns p_<class>.

    >>> share, worst = harm(pd.DataFrame({"p_fine": [0.2], "p_hate": [0.7], "p_threats": [0.1]}), ["hate", "threats"])
    >>> share.round(2).tolist(), worst.tolist()
    ([0.8], ['hate'])
    """
    there = [one for one in harmful if f"p_{one}" in labels]
    if not there:
        return np.zeros(len(labels)), np.full(len(labels), "", dtype=object)
    p = labels[[f"p_{one}" for one in there]].fillna(0.0).to_numpy(dtype=np.float64)
    return p.sum(axis=1), np.asarray(there, dtype=object)[p.argmax(axis=1)]


def limits(people: pd.DataFrame, given_today: Mapping[str, int], daily_cap: int) -> Limits:
    """What each person may still be given today.

    ``people``: annotator_id, consent, attributes (a map). ``opt_out`` = "harmful" among the attributes, or consent
    "no", spares a person everything harmful; ``opt_out`` = "all" is given no work at all.

    >>> people = pd.DataFrame({"annotator_id": ["a", "b"], "consent": ["yes", "no"], "attributes": None})
    >>> limits(people, {"a": 3}, 5)
    Limits(left={'a': 2, 'b': 5}, opted_out=frozenset({'b'}), away=frozenset(), harmful=())
    """
    ids = people["annotator_id"].astype(str)
    said = dict(zip(ids, map(_opt_out, people["attributes"]), strict=True))
    refuses = people["consent"].astype("str").str.strip().str.lower().isin(REFUSED)
    away = frozenset(who for who, out in said.items() if out == "all")
    out = away | {who for who, out in said.items() if out == "harmful"} | set(ids[refuses.to_numpy(dtype=bool)])
    left = {who: max(daily_cap - given_today.get(who, 0), 0) for who in ids}
    return Limits(left, frozenset(out), away)


def exposure_rows(
    desks: pd.DataFrame, labels: pd.DataFrame, harmful: Sequence[str], day: datetime, source: str
) -> pd.DataFrame:
    """The exposures of a day as they are logged: `COLUMNS`; one row per person and harmful comment.

    ``desks``: comment_id, person_id; ``labels``: comment_id, p_<class>.
    """
    share, worst = harm(labels, harmful)
    known = pd.DataFrame(
        {"comment_id": labels["comment_id"].to_numpy(), "class": worst, "expected": np.round(share, 6)}
    )
    rows = desks.merge(known[known["expected"] >= HARMFUL_FROM], on="comment_id").assign(day=day, source=source)
    return rows.drop_duplicates(["person_id", "comment_id"])[list(COLUMNS)]


def _opt_out(attributes: object) -> str:
    try:
        given = dict(attributes)  # type: ignore[call-overload]
    except (TypeError, ValueError):  # no attributes were given
        return ""
    return str(given.get("opt_out", "")).strip().lower()
