"""Agreement and accuracy side by side, per slice and week, and the alarm where one stands without the other.

Statistics that correct for chance by the slice's own class mix (Cohen, Fleiss, Krippendorff) fall to 0 where all say
the same class, which is what a blind spot looks like; Gwet's AC1 does not (doi:10.1348/000711006X126600).

Belongs here: the two figures, what one would imply of the other, and who errs. Does not: which labels experts see
(``core.unanimous``), or how it is drawn (``report``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.implied import (
    ExpertsKnown,
    confirmed_share,
    implied_accuracy,
    least_right,
    short_of_review,
    sure_when_unanimous,
)
from labeling_pipeline.core.rates import weighted_rate
from labeling_pipeline.core.significance import holm

ALL = "(all)"
GOLD, REVIEW = "gold", "unanimous review"
COLUMNS = (
    "slice", "week", "measured_on", "statistic", "agreement", "agreement_low", "agreement_high", "n_votes", "accuracy",
    "accuracy_low", "accuracy_high", "implied_accuracy", "n_known", "is_alarm", "annotator_group", "comment_ids",
    "action",
)  # fmt: skip
KEYS = ["slice", "measured_on"]
NOBODY_CHECKED = ExpertsKnown()
Floats = npt.NDArray[np.float64]


def two_axes(
    votes: pd.DataFrame,
    known: pd.DataFrame,
    members: pd.DataFrame,
    classes: Collection[str],
    *,
    statistic: str = "gwet_ac1",
    groups: pd.DataFrame | None = None,
    experts: ExpertsKnown = NOBODY_CHECKED,
    tolerated: float = 0.05,
    family_error: float = 0.05,
    n_boot: int = 100,
) -> pd.DataFrame:
    """One row per slice, week and kind of evidence, columns `COLUMNS`; "(all)" first, then slices by name.

    Args:
        votes: comment_id, annotator_id, label, week (Timestamp of its first day).
        known: comment_id, label (what the crowd's votes came to), truth, weight, measured_on (`GOLD` or `REVIEW`).
        members: comment_id, slice. classes: of the question. groups: annotator_id, group (such as "country=KE").
        experts: how often they agree. tolerated: accuracy missing before it is an alarm. family_error: of a false one.

    ``agreement`` is the named statistic with its bootstrap interval; ``accuracy`` the weighted share of known comments
    whose label is right, Wilson's 95 % interval; ``implied_accuracy`` see there. A slice alarms when all its evidence
    so far is less accurate than implied and tolerated (binomial test, Holm's correction over slices and kinds), on the
    week with most known labels missing; "(all)" only where no slice explains it. Of unanimous labels: `core.implied`.
    """
    if votes.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    week_of = votes.groupby("comment_id")["week"].max()
    evidence = known.assign(week=known["comment_id"].map(week_of)).dropna(subset="week")
    places = _places(votes, members)
    rows = []
    for name, inside in places.groupby("slice", sort=True)["comment_id"]:
        of_slice, about = (one[one["comment_id"].isin(inside)] for one in (votes, evidence))
        rows += _slice_rows(str(name), of_slice, about, len(classes), statistic, n_boot)
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-4], "right", "implied_sure"])
    table["is_alarm"] = _alarms(table, tolerated, family_error, experts, len(classes))
    told = [_told(row, evidence, places, votes, groups) for row in table.to_dict("records")]
    table[["annotator_group", "comment_ids", "action"]] = pd.DataFrame(told, index=table.index, dtype=object)
    return table.sort_values(["slice", "week", "measured_on"], ignore_index=True)[list(COLUMNS)]


def _places(votes: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Which voted comment is in which slice, and in "(all)"."""
    every = pd.DataFrame({"comment_id": pd.unique(votes["comment_id"]), "slice": ALL})
    return pd.concat([every, members[members["comment_id"].isin(every["comment_id"])]], ignore_index=True)


def _slice_rows(
    name: str, votes: pd.DataFrame, evidence: pd.DataFrame, n_classes: int, statistic: str, n_boot: int
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    renamed = votes.rename(columns={"comment_id": "task", "annotator_id": "annotator"})
    for week, part in renamed.groupby("week", sort=True):
        measured = agreement(part[["task", "annotator", "label"]], n_boot=n_boot)
        one, pairs = measured[statistic], measured["percent_agreement"]["value"]
        implied = None if pairs is None else float(implied_accuracy(pairs, n_classes))
        many = len(part) / part["task"].nunique()
        sure = None if implied is None else float(sure_when_unanimous(implied, many, n_classes))
        base = {"slice": name, "week": week, "statistic": statistic, "n_votes": len(part), "agreement": one["value"],
                "agreement_low": one["low"], "agreement_high": one["high"],
                "implied_accuracy": implied,
                "implied_sure": sure}  # fmt: skip
        now = evidence[evidence["week"] == week]
        kinds = sorted(now["measured_on"].unique()) or [GOLD]
        for kind in kinds:
            about = now[now["measured_on"] == kind]
            right = (about["label"] == about["truth"]).to_numpy(dtype=np.float64)
            rows.append(base | _accuracy(right, about["weight"]) | {"measured_on": kind})
    return rows


def _accuracy(right: Floats, weight: pd.Series) -> dict[str, object]:
    found: dict[str, object] = {"n_known": len(right), "right": float(right.sum())}
    if not len(right):
        return found | {"accuracy": None, "accuracy_low": None, "accuracy_high": None}
    rate = weighted_rate(right, weight.to_numpy(dtype=np.float64))
    return found | {"accuracy": rate["value"], "accuracy_low": rate["low"], "accuracy_high": rate["high"]}


def _alarms(
    table: pd.DataFrame, tolerated: float, family_error: float, experts: ExpertsKnown, n_classes: int
) -> npt.NDArray[np.bool_]:
    """True on the most telling week of every slice and kind that alarms."""
    from scipy.stats import binom

    seen = table[table["n_known"] > 0]
    total = seen.groupby(KEYS).agg(n=("n_known", "sum"), right=("right", "sum"))
    right, n = (total[name].to_numpy(dtype=np.float64) for name in ("right", "n"))
    of_vote, sure = (_implied(seen, total.index, name) for name in ("implied_accuracy", "implied_sure"))
    is_review = total.index.get_level_values("measured_on") == REVIEW
    expected = np.clip(np.where(is_review, confirmed_share(sure, experts, n_classes), of_vote) - tolerated, 0.0, 1.0)
    reviewed = short_of_review(right, n, sure, tolerated, experts, n_classes, _right_elsewhere(total, right, n))
    p_value = np.where(is_review, reviewed, binom.cdf(right, n, expected))
    p_value = np.where(np.isnan(expected), np.nan, p_value)
    is_alarm = holm(p_value, family_error)
    is_all = total.index.get_level_values("slice") == ALL
    alarmed = total[is_alarm & ~(is_all & (is_alarm & ~is_all).any())].index
    at = _telling(seen, pd.Series(expected, index=total.index)).loc[alarmed]
    return np.isin(table.index.to_numpy(), at.to_numpy())


def _right_elsewhere(total: pd.DataFrame, right: Floats, n: Floats) -> Floats:
    """What experts are right with at least, by what they confirm outside of a slice; nothing is outside of "(all)"."""
    whole = total.groupby("measured_on")[["right", "n"]].max().reindex(total.index.get_level_values("measured_on"))
    is_all = total.index.get_level_values("slice") == ALL
    outside = np.where(is_all, 0.0, np.stack([whole["right"].astype(np.float64) - right, whole["n"] - n]))
    return least_right(outside[0], outside[1])


def _implied(seen: pd.DataFrame, index: pd.Index, name: str) -> Floats:
    """The accuracy (column ``name``) that agreement implies over all weeks, by slice and kind."""
    # A week with one vote per comment implies nothing; the others speak for it.
    stated = seen.assign(a=seen[name].astype(np.float64)).dropna(subset="a")
    sums = stated.assign(w=stated["n_votes"] * stated["a"]).groupby(KEYS)[["w", "n_votes"]].sum()
    implied = (sums["w"] / sums["n_votes"]).reindex(index)
    # Where a slice has one vote per comment alone, it is held to what annotators' agreement means everywhere else.
    whole = index.get_level_values("measured_on").map(lambda kind: implied.get((ALL, kind), np.nan))
    return implied.fillna(pd.Series(whole, index=index, dtype=np.float64)).to_numpy(dtype=np.float64)


def _telling(seen: pd.DataFrame, expected: pd.Series) -> pd.Series:
    """Row of the week in which most known labels are missing, by slice and kind; weeks with both figures first.

    The latest week may hold no more than a few comments that needed another vote, and says little of the slice.
    """
    due = expected.reindex(pd.MultiIndex.from_frame(seen[KEYS])).to_numpy()
    missing = seen["n_known"] * due - seen["right"].astype(np.float64)
    order = seen.assign(row=seen.index, has_both=seen["agreement"].notna(), missing=missing)
    return order.sort_values([*KEYS, "has_both", "missing", "week"]).groupby(KEYS)["row"].last()


def _told(
    row: Mapping[Any, Any],
    evidence: pd.DataFrame,
    places: pd.DataFrame,
    votes: pd.DataFrame,
    groups: pd.DataFrame | None,
) -> tuple[str | None, list[str], str]:
    """Whom and what an alarm names; nothing where there is none."""
    if not row["is_alarm"]:
        return None, [], ""
    inside = places.loc[places["slice"] == row["slice"], "comment_id"]
    about = evidence[evidence["comment_id"].isin(inside) & (evidence["measured_on"] == row["measured_on"])]
    wrong = about.loc[about["label"] != about["truth"], "comment_id"]
    name, so_far = row["slice"], f"{len(about) - len(wrong)} of {len(about)} known labels right so far"
    is_alone = row["agreement"] != row["agreement"]  # one vote per comment says nothing of agreement
    cause = "accuracy under what agreement elsewhere means" if is_alone else "agreement without accuracy"
    action = (
        "send unanimous labels of every slice to experts, and look at the proposed text rules" if name == ALL
        else f"{cause}: send {name} to experts with context, add it to slices.watched, relabel it"
    )  # fmt: skip
    return _group(about, votes, groups), sorted(wrong.astype(str))[:20], f"{action} ({so_far})"


def _group(about: pd.DataFrame, votes: pd.DataFrame, groups: pd.DataFrame | None) -> str:
    """The annotator group that is right least often there, where groups differ; else all of them."""
    from scipy.stats import chi2_contingency

    if groups is None or groups.empty:
        return "all annotators"
    given = votes.merge(about[["comment_id", "truth"]].drop_duplicates("comment_id"), on="comment_id")
    given["right"] = (given["label"] == given["truth"]).astype(np.float64)
    joined = given.merge(groups, on="annotator_id")
    counts = joined.groupby("group")["right"].agg(["sum", "size"])
    counts = counts[counts["size"] >= 20]
    best = None
    for _, part in counts.groupby([str(g).split("=")[0] for g in counts.index]):
        table = np.stack([part["sum"], part["size"] - part["sum"]])
        if part.shape[0] < 2 or (table.sum(axis=1) == 0).any() or chi2_contingency(table).pvalue > 0.01:
            continue
        share = (part["sum"] / part["size"]).to_numpy(dtype=np.float64)
        worst = int(share.argmin())
        found = (float(share[worst]), str(part.index[worst]), int(part["size"].iloc[worst]))
        best = found if best is None else min(best, found)
    return "all annotators" if best is None else f"{best[1]} ({best[0]:.0%} of {best[2]} votes right)"
