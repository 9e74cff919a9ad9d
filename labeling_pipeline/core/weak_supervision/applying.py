"""Applying a set of labeling functions to comments. Belongs here: the whole vote matrix, its faults, what can be
reused. Does not: how one function is run (``evaluation``), DuckDB (``warehouse.lf_scan``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.batches import run_batch
from labeling_pipeline.core.weak_supervision.bounded import FUNCTION_LIMIT_S, Faults
from labeling_pipeline.core.weak_supervision.code_hash import hash_text
from labeling_pipeline.core.weak_supervision.evaluation import no_votes, run_rule
from labeling_pipeline.core.weak_supervision.functions import BatchLF, DeclarativeLF, LFSet, RowLF
from labeling_pipeline.core.weak_supervision.patterns import ABSTAIN, Votes
from labeling_pipeline.core.weak_supervision.processes import run_rows_apart

MOST_CLASSES = 127  # votes are stored in one byte

# Runs declarative rules over the comments: votes (n, functions) and their faults, equal to `run_rule` on each.
Scan = Callable[[list[DeclarativeLF], pd.DataFrame, int], tuple[Votes, list[Faults]]]


# Rows done, rows in all.
Progress = Callable[[int, int], None]


def _unheard(done: int, of: int) -> None:
    """Nobody wants to hear of progress."""


@dataclass(frozen=True)
class AppliedLFs:
    """Votes of labeling functions on comments: `matrix` (n, m) int8 with -1 where a function abstains.

    `faults`: per function name, counts by reason. `content` hashes what the votes were computed from; with the code
    hashes it says which columns can be reused.
    """

    matrix: Votes
    names: list[str]
    code_hashes: list[str]
    classes: tuple[str, ...]
    faults: dict[str, Faults]
    comment_ids: pd.Series | None = field(default=None, repr=False)
    content: str = ""

    @property
    def has_fired(self) -> bool:
        """Whether any labeling function voted on any comment."""
        return bool((self.matrix >= 0).any())

    def fault_frame(self) -> pd.DataFrame:
        """One row per labeling function and reason: lf, reason, n_rows, first_row, comment_id."""
        rows = [
            {
                "lf": name,
                "reason": reason,
                "n_rows": n,
                "first_row": f.first_row[reason],
                "comment_id": self._id(f, reason),
            }
            for name, f in self.faults.items()
            for reason, n in f.counts.items()
        ]
        return pd.DataFrame(rows, columns=["lf", "reason", "n_rows", "first_row", "comment_id"])

    def vote_frame(self) -> pd.DataFrame:
        """One row per vote that is no abstain: comment_id, lf, label."""
        if self.comment_ids is None:
            raise InputError("votes on comments without comment_id", remedy="give the comments ids")
        row, j = np.nonzero(self.matrix >= 0)
        classes, names = np.asarray(self.classes, dtype=object), np.asarray(self.names, dtype=object)
        ids = self.comment_ids.to_numpy()[row]
        return pd.DataFrame({"comment_id": ids, "lf": names[j], "label": classes[self.matrix[row, j]]})

    def _id(self, faults: Faults, reason: str) -> object:
        return None if self.comment_ids is None else self.comment_ids.iloc[faults.first_row[reason]]

    def frame(self) -> pd.DataFrame:
        """The matrix as a frame: comment_id (where known) and one integer column per labeling function."""
        out = pd.DataFrame(self.matrix, columns=self.names)
        if self.comment_ids is not None:
            out.insert(0, "comment_id", self.comment_ids.to_numpy())
        return out


def apply_lfs(
    comments: pd.DataFrame,
    lfs: LFSet | Sequence[Any],
    classes: Sequence[str] | None = None,
    *,
    known: AppliedLFs | None = None,
    keep_content: bool = False,
    scan: Scan | None = None,
    processes: int = 1,
    seconds: float | Mapping[str, float] = FUNCTION_LIMIT_S,
    progress: Progress = _unheard,
) -> AppliedLFs:
    """Votes of every labeling function on every comment.

    `lfs`: what `load_lfs` gives, or a list of labeling functions, Snorkel's among them.
    `comments` needs a column `text`, and whatever columns the functions read. A function that raises, takes too long or
    returns something that is no class abstains on that row, on record. With `known` (an earlier result, made with
    `keep_content`) on the same comments, only functions whose code hash changed are run. `scan` runs declarative rules;
    without it they run in Python. `processes`: how many run row-wise functions (forked, so call it before other
    threads are started; the votes are the same). `seconds`: how long a Python function may be called in all, each or by
    name (in each process); it abstains on the rest, on record. `progress` hears rows done and rows in all.

    `classes`: all classes in order; those of the file may be some of them, in any order. Without, votes are integers
    0, 1, …, and the classes are those that occur, named "0", "1", …. Raises InputError without a text column, and on
    text that is not text.
    """
    lfs = lfs if isinstance(lfs, LFSet) else LFSet(tuple(lfs))
    names = class_names(lfs, classes)
    _check_text(comments)
    content = content_hash(comments) if keep_content or known is not None else ""
    place = _places(lfs.classes or names, names)
    matrix, faults, todo = _known_votes(known, lfs, content, names, len(comments))
    for columns, votes, found in _run(lfs, todo, comments, len(place) - 1, scan, processes, seconds, progress):
        matrix[:, columns] = place[votes]
        faults |= {lfs.functions[j].name: f for j, f in zip(columns, found, strict=True)}
    used = names or tuple(str(k) for k in range(max(2, int(matrix.max(initial=0)) + 1)))
    hashes = [lf.code_hash for lf in lfs.functions]
    return AppliedLFs(matrix, lfs.names, hashes, used, faults, comments.get("comment_id"), content)


def _known_votes(
    known: AppliedLFs | None, lfs: LFSet, content: str, classes: tuple[str, ...] | None, n_rows: int
) -> tuple[Votes, dict[str, Faults], list[int]]:
    """The matrix with the votes that can be kept, their faults, and which functions are still to be run."""
    old = _reusable(known, content, classes)
    matrix, faults, todo = no_votes(n_rows, len(lfs)), dict[str, Faults](), list[int]()
    for j, lf in enumerate(lfs.functions):
        # what no hash can hold is covered by the hash of its file; without a file nothing tells whether it changed
        told = lfs.source or not getattr(lf, "opaque", ())
        if known is not None and told and (lf.name, lf.code_hash) in old:
            matrix[:, j] = known.matrix[:, old[lf.name, lf.code_hash]]
            faults[lf.name] = known.faults.get(lf.name, Faults())
        else:
            todo.append(j)
    return matrix, faults, todo


def content_hash(comments: pd.DataFrame) -> str:
    """A hash of all cells in order: equal frames, equal votes."""
    digests = [pd.util.hash_pandas_object(comments[c].astype("str"), index=False).to_numpy() for c in comments.columns]
    return hash_text(*map(str, comments.columns), *(d.tobytes().hex() for d in digests))


def _run(
    lfs: LFSet,
    todo: list[int],
    comments: pd.DataFrame,
    n_classes: int,
    scan: Scan | None,
    processes: int,
    seconds: float | Mapping[str, float],
    progress: Progress,
) -> list[tuple[list[int], Votes, list[Faults]]]:
    rules = {j: lf for j in todo if isinstance(lf := lfs.functions[j], DeclarativeLF)}
    rows = {j: lf for j in todo if isinstance(lf := lfs.functions[j], RowLF)}
    done: list[tuple[list[int], Votes, list[Faults]]] = []
    most = {lf.name: seconds if isinstance(seconds, float | int) else seconds[lf.name] for lf in lfs.functions}

    def tell(row: int) -> None:
        progress(row, len(comments))

    if rules:
        run = scan or rules_in_python
        done.append((list(rules), *run(list(rules.values()), comments, n_classes)))
    if rows:
        called, limits = list(rows.values()), [most[lf.name] for lf in rows.values()]
        done.append((list(rows), *run_rows_apart(called, comments, n_classes, processes, tell, limits)))
    for j in todo:
        lf = lfs.functions[j]
        if isinstance(lf, BatchLF):
            votes, faults = run_batch(lf, comments, n_classes, tell, most[lf.name])
            done.append(([j], votes[:, None], [faults]))
    return done


def rules_in_python(rules: list[DeclarativeLF], comments: pd.DataFrame, n_classes: int) -> tuple[Votes, list[Faults]]:
    """A `Scan` without an engine: one rule after the other."""
    done = [run_rule(lf, comments, n_classes) for lf in rules]
    return np.stack([votes for votes, _ in done], axis=1), [faults for _, faults in done]


def class_names(lfs: LFSet, classes: Sequence[str] | None) -> tuple[str, ...] | None:
    """All classes in order; InputError where the functions name one that is not among them."""
    names = None if classes is None else tuple(classes)
    if names is None:
        return lfs.classes
    unknown = [name for name in lfs.classes or () if name not in names]
    if unknown:
        raise InputError(f"{lfs.where}class {unknown[0]!r} is not one of the ontology's", expected=", ".join(names))
    return names


def _places(own: tuple[str, ...] | None, names: tuple[str, ...] | None) -> npt.NDArray[np.int8]:
    """Where each class index of the file stands among all classes; the last entry keeps -1 (abstain) as it is."""
    if own is None or names is None:
        return np.array([*range(MOST_CLASSES), ABSTAIN], dtype=np.int8)
    return np.array([*(names.index(name) for name in own), ABSTAIN], dtype=np.int8)


def _check_text(comments: pd.DataFrame) -> None:
    if "text" not in comments.columns:
        raise InputError("the comments have no column 'text'", remedy="rename the column that holds the text")
    twice = comments.columns[comments.columns.duplicated()]
    if len(twice):
        raise InputError(f"the comments have two columns {twice[0]!r}", remedy="give each column its own name")
    text = comments["text"]
    if isinstance(text.dtype, pd.StringDtype):
        return
    wrong = text.notna() & ~text.map(lambda cell: isinstance(cell, str))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(f"comments row {row}: text is a {type(text.iloc[row]).__name__}", expected="text")


def _reusable(known: AppliedLFs | None, content: str, classes: tuple[str, ...] | None) -> dict[tuple[str, str], int]:
    if known is None or not known.content or known.content != content:
        return {}
    if classes is not None and known.classes != classes:
        return {}
    return {(name, code): j for j, (name, code) in enumerate(zip(known.names, known.code_hashes, strict=True))}
