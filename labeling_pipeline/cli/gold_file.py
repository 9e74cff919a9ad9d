"""`--gold` of the commands on labeling functions. Belongs here: reading it, and what is said of its rows.
Does not: which rows teach (``core.weak_supervision.gold_roles``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from labeling_pipeline.core.weak_supervision import LabelModelResult


@dataclass(frozen=True)
class Told:
    """A label model's result with what is said of gold among its notes, and the accuracy on gold of role measure."""

    result: LabelModelResult
    accuracy: dict[str, float | int] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """For the summary: `gold_accuracy` where it was measured."""
        return {} if self.accuracy is None else {"gold_accuracy": self.accuracy}


def labeled_rows(path: Path) -> pd.DataFrame:
    """comment_id and label as text, and whatever other columns there are."""
    from labeling_pipeline.core.errors import InputError
    from labeling_pipeline.core.ids import id_texts
    from labeling_pipeline.files import read_frame

    frame = read_frame(path).rename(columns={"id": "comment_id", "task": "comment_id"})
    absent = [column for column in ("comment_id", "label") if column not in frame.columns]
    if absent:
        raise InputError(f"{path}: no column {absent[0]!r}", expected="comment_id and label")
    return frame.assign(comment_id=id_texts(frame["comment_id"]), label=id_texts(frame["label"]))


def gold_rows(path: Path | None) -> pd.DataFrame | None:
    """The gold of a file, one row per comment."""
    from labeling_pipeline.cli.vote_matrix import one_label_each

    return None if path is None else one_label_each(labeled_rows(path), "comment_id", str(path))


def told(
    result: LabelModelResult,
    gold: pd.DataFrame | None,
    fitted: npt.NDArray[np.int64] | None,
    held_out: npt.NDArray[np.int64] | None,
    votes: npt.NDArray[np.integer],
) -> Told:
    """`fitted`, `held_out`: (n,) the classes by which the model was taught and is measured, -1 where there is none.

    Neither `gold` nor the matrix names a comment twice: as many rows of gold have a place in it as it has with gold.
    """
    import numpy as np

    from labeling_pipeline.cli.vote_matrix import gold_note
    from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows, measure_rows, measured_accuracy

    if gold is None or fitted is None or held_out is None:
        return Told(result)
    held_out = np.where(held_out < result.probabilities.shape[1], held_out, -1)  # others are no class of the model's
    n_rows = len(fit_rows(gold)) + len(measure_rows(gold))
    n_left = len(gold) - n_rows
    n_used = int((fitted >= 0).sum() + (held_out >= 0).sum())
    notes = gold_note(n_rows, n_used)
    notes += [f"gold: {n_left} rows of role sealed left alone"] if n_left else []
    accuracy = measured_accuracy(held_out, result.labels, votes)
    if accuracy is not None:
        interval = f"{accuracy['value']:.3f} [{accuracy['low']:.3f}, {accuracy['high']:.3f}]"
        notes.append(f"accuracy {interval} on {accuracy['n']} rows of role measure on which a function voted")
    return Told(dataclasses.replace(result, notes=[*result.notes, *notes]), accuracy)
