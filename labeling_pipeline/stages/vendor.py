"""What a vendor delivered: every file of votes accepted or returned, and what goes back.

Belongs here: which answers are known, and the files in ``outbox/rework``. Does not: the sampling plan
(``core.acceptance``).
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from labeling_pipeline.core.acceptance import Quality, judge_batches, rework
from labeling_pipeline.stages.engine import Context, Result

PAIR = ["comment_id", "annotator_id", "labeling_round"]


def vendor_batches(context: Context) -> Result:
    """Every file of votes judged by the answers that are known: fit gold, with the honeypots among it.

    Votes of a returned file do not count and are not paid for; ``outbox/rework`` says what to do again. A file that
    delivers it again supersedes it. Nothing is judged unless ``vendor.accept_batches`` is set.
    """
    settings = context.settings.vendor
    folder = context.home.root / "outbox" / "rework"
    if not settings.accept_batches:
        _write(folder, {})
        return Result(0, {"returned": 0}, replace={"vendor_batches": pd.DataFrame(columns=[])})
    answers = context.query("votes_by_file", questions=context.deciding_questions)
    if answers.empty:
        return Result(0, waiting_for="votes")
    quality = quality_agreed(context)
    known = context.query("gold_by_role", role="fit")
    judged = judge_batches(answers, known[["comment_id", "label"]], quality)
    names = answers.drop_duplicates("batch").set_index("batch")["file"]
    again = _delivered_again(answers)
    frame = judged.rename(columns={"batch": "file_sha256"}).assign(
        file=judged["batch"].map(names).fillna(judged["batch"].str[:12]),
        n_supersedes=judged["batch"].map(again["n"]).fillna(0).astype("int64"),
        n_changed=judged["batch"].map(again["changed"]).fillna(0).astype("int64"),
    )
    back = rework(answers.assign(annotator_id=answers["annotator_id"].fillna("")), judged)
    _write(folder, {str(batch): rows.drop(columns="batch") for batch, rows in back.groupby("batch")})
    counts = frame["decision"].value_counts()
    metrics = {name: int(counts.get(name, 0)) for name in ("accepted", "returned", "undecided")}
    metrics["accepted_votes_changed"] = int(frame.loc[frame["decision"] != "returned", "n_changed"].sum())
    return Result(len(frame), metrics, replace={"vendor_batches": frame})


def quality_agreed(context: Context) -> Quality:
    """The error rates and risks of the settings."""
    vendor = context.settings.vendor
    return Quality(vendor.good_error_rate, vendor.bad_error_rate, vendor.producer_risk, vendor.consumer_risk)


def _delivered_again(answers: pd.DataFrame) -> pd.DataFrame:
    """Per file: votes another had before (it was answered earlier, or has the lower hash), and those it changes."""
    named = answers[answers["annotator_id"].notna()].drop_duplicates(["batch", *PAIR], keep="last")
    order = named.assign(at=named["answered_at"].fillna(pd.Timestamp(0))).sort_values(["at", "batch"])
    order["turn"] = range(len(order))
    both = order.merge(order, on=PAIR, suffixes=("", "_before"))
    both = both[both["turn"] > both["turn_before"]]
    changed = (both["label"] != both["label_before"]).groupby(both["batch"])
    return pd.DataFrame({"n": changed.size(), "changed": changed.sum()})


def _write(folder: Path, returned: dict[str, pd.DataFrame]) -> None:
    """One file per returned batch, and none for others: what was decided differently since is withdrawn."""
    wanted = {f"rework-{batch[:12]}.csv": rows for batch, rows in returned.items()}
    for path in sorted(folder.glob("rework-*.csv")):
        if path.name not in wanted:
            path.unlink()
    for name, rows in wanted.items():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        rows.to_csv(part, index=False, lineterminator="\n")
        os.replace(part, folder / name)
