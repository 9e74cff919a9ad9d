"""The annotators of one votes file who are worth a look, each with all reasons.

Belongs here: bringing the checks of ``core.reliability`` and the comparison with peers together. Does not: the checks.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from labeling_pipeline.core.peers import compare_with_peers, suspicious
from labeling_pipeline.core.reliability import bad_annotators

SHOWN = 50
# A check that singles out more than this share of those it tested singles out nobody: it then speaks of the question.
MOST_FLAGGED = 0.25
APART = "agrees with the others less than they agree among themselves"


def annotators_to_look_at(votes: pd.DataFrame) -> dict[str, Any] | None:
    """Who stands out among the annotators, as plain values; None where the votes name nobody.

    ``votes``: task, annotator, label, optional week or answered_at. Returns n, n_compared (tested by any check),
    n_suspicious, share_of_votes (theirs), notes, and ``suspicious``: annotator, reasons, n_votes, with_peers,
    among_peers; the most reasons first, at most `SHOWN`.
    """
    if "annotator" not in votes:
        return None
    peers = compare_with_peers(votes)
    odd = suspicious(peers)
    flags = [pd.DataFrame({"annotator": odd["annotator"], "reason": APART})]
    tested = set(peers.loc[peers["p_value"].notna(), "annotator"])
    notes = []
    found = bad_annotators(votes)
    for check, rows in found.groupby("check", sort=True):
        known = rows[rows["status"] != "insufficient"]
        flagged = rows[rows["status"] == "flagged"]
        tested |= set(known["annotator"])
        if len(flagged) and flagged["annotator"].nunique() > MOST_FLAGGED * known["annotator"].nunique():
            notes.append(_too_many(str(check), flagged["annotator"].nunique(), known["annotator"].nunique()))
        else:
            flags.append(flagged[["annotator", "reason"]])
    rows = _one_row_each(pd.concat(flags), peers)
    return {
        "n": len(peers),
        "n_compared": len(tested),
        "n_suspicious": len(rows),
        "share_of_votes": float(votes["annotator"].isin(rows["annotator"]).mean()),
        "notes": notes,
        "suspicious": [{str(k): v for k, v in row.items()} for row in rows.head(SHOWN).to_dict("records")],
    }


def _too_many(check: str, flagged: int, tested: int) -> str:
    return (
        f"The check {check.replace('_', ' ')} flags {flagged:,} of the {tested:,} annotators it can test. That many "
        "point to an unclear question or guideline, not to people, so it is left out here."
    )


def _one_row_each(flags: pd.DataFrame, peers: pd.DataFrame) -> pd.DataFrame:
    reasons = flags.drop_duplicates().groupby("annotator", sort=True)["reason"].agg(list).rename("reasons")
    figures = peers.set_index("annotator")[["n_votes", "with_peers", "among_peers", "difference"]]
    rows = reasons.to_frame().join(figures).reset_index()
    rows["n_reasons"] = rows["reasons"].map(len)
    ordered = rows.sort_values(["n_reasons", "difference", "annotator"], ascending=[False, True, True], kind="stable")
    plain = ordered.drop(columns=["n_reasons", "difference"]).reset_index(drop=True)
    return plain.astype({"with_peers": object, "among_peers": object}).where(plain.notna(), None)
