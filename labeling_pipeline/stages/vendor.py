"""What a vendor delivered: every file of votes accepted or returned, and what goes back.

Belongs here: which answers are known, and the files in ``outbox/rework``. Does not: the sampling plan
(``core.acceptance``), or what one file changes of another (``core.deliveries``).
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from labeling_pipeline.core.acceptance import Quality, judge_batches, rework
from labeling_pipeline.core.deliveries import delivered_again, still_owed
from labeling_pipeline.core.honeypot_health import without_doubtful
from labeling_pipeline.stages.engine import Context, Result


def vendor_batches(context: Context) -> Result:
    """Every file of votes judged by the answers that are known: fit gold, with the honeypots among it.

    Votes of a returned file do not count and are not paid for; ``outbox/rework`` says what to do again, until a file
    that is not returned has delivered it again. A key that people contradict who are right elsewhere judges nobody.
    Nothing is judged unless ``vendor.accept_batches`` is set.
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
    known = context.query("gold_by_role", role="fit")[["comment_id", "label"]]
    judged = judge_batches(answers, without_doubtful(answers, known, 1 - quality.bad), quality)
    names = answers.drop_duplicates("batch").set_index("batch")["file"]
    returned = set(judged.loc[judged["decision"] == "returned", "batch"])
    again = delivered_again(answers, returned).reindex(judged["batch"]).fillna(0).astype("int64")
    frame = judged.rename(columns={"batch": "file_sha256"}).assign(
        file=judged["batch"].map(names).fillna(judged["batch"].str[:12]),
        **{f"n_{name}": again[name].to_numpy() for name in again.columns},
    )
    back = rework(still_owed(answers, returned).assign(annotator_id=answers["annotator_id"].fillna("")), judged)
    _write(folder, {str(batch): rows.drop(columns="batch") for batch, rows in back.groupby("batch")})
    counts = frame["decision"].value_counts()
    metrics = {name: int(counts.get(name, 0)) for name in ("accepted", "returned", "undecided")}
    metrics["accepted_votes_changed"] = int(frame["n_changed"].sum())
    return Result(len(frame), metrics, replace={"vendor_batches": frame})


def quality_agreed(context: Context) -> Quality:
    """The error rates and risks of the settings."""
    vendor = context.settings.vendor
    return Quality(vendor.good_error_rate, vendor.bad_error_rate, vendor.producer_risk, vendor.consumer_risk)


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
