from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.consensus.auto import DEFAULT, MIX_MOVE, mix_moved
from labeling_pipeline.core.consensus.columns import Codes, encode
from labeling_pipeline.core.consensus.dawid_skene import dawid_skene
from labeling_pipeline.core.consensus.majority import majority
from labeling_pipeline.core.consensus.result import (
    UNCALIBRATED,
    ConsensusResult,
    annotators_frame,
    labels_frame,
)
from labeling_pipeline.core.consensus.votes import Votes, pick, read_votes
from labeling_pipeline.core.errors import SettingError

METHODS = {"majority": majority, "dawid_skene": dawid_skene}


def consensus(
    votes: pd.DataFrame,
    *,
    method: str = "auto",
    classes: Sequence[str] | None = None,
    non_class_answers: Sequence[str] = ("unsure", "none_of_these"),
    gold: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    seed: int = 0,
) -> ConsensusResult:
    if method != "auto" and method not in METHODS:
        raise SettingError(f"no consensus method {method!r}", expected=", ".join(["auto", *METHODS]))
    extra = [] if gold is None else encode(pick(gold, "label"), as_text=True)[1].to_pylist()
    read = read_votes(votes, classes, non_class_answers, extra)
    notes = list(read.notes)
    clamp = None if gold is None else _clamp(read, gold)
    name = DEFAULT if method == "auto" else method
    if not read.has_annotators:
        name = "majority"
    fit = METHODS[name](read, clamp=clamp, history=None, seed=seed)
    moved = mix_moved(read, fit)
    if method == "auto" and gold is None and moved > MIX_MOVE:
        notes.append(f"fell back to majority: class mix moved {moved:.2f} from majority's under {name}")
        name = "majority"
        fit = majority(read, clamp=clamp)
    return ConsensusResult(labels_frame(read, fit.p, fit, UNCALIBRATED), annotators_frame(read, fit), name, {}, notes)


def _clamp(votes: Votes, gold: pd.DataFrame) -> Codes:
    task = pick(gold, "task").astype(str)
    code = {name: i for i, name in enumerate(votes.classes)}
    truth = dict(zip(task, pick(gold, "label").astype(str).map(code), strict=True))
    return np.array([truth.get(str(t), -1) for t in votes.tasks.to_pylist()], np.int32)
