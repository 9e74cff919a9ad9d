"""Labeling functions on comments: votes, abstains, and faults on record."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import (
    LFSet,
    apply_lfs,
    batch_labeling_function,
    labeling_function,
    load_lfs,
    weak_labels,
)
from labeling_pipeline.core.weak_supervision.functions import RowLF
from labeling_pipeline.warehouse.lf_scan import scan_rules

CLASSES = ("no", "yes")


def comments(*texts: str | None) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": [f"c{i}" for i in range(len(texts))], "text": pd.Series(texts, dtype="str")})


class PanicError(BaseException):
    """As extensions written in other languages raise."""


def throw(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda x: 2, "returned 2, not a class"),
        (lambda x: -3, "returned -3, not a class"),
        (lambda x: None, "returned None"),
        (lambda x: 1.0, "returned a float"),
        (lambda x: "yes", "returned a str"),
        (lambda x: 1 / 0, "raised ZeroDivisionError"),
        (lambda x: x.nothing, "raised AttributeError"),
        (lambda x: sys.exit(0), "raised SystemExit"),
        (lambda x: next(word for word in ("tea",) if word in x.text), "raised StopIteration"),
        (lambda x: throw(GeneratorExit()), "raised GeneratorExit"),
        (lambda x: throw(PanicError()), "raised PanicError"),
        (lambda x: [1, 1], "returned a list"),
        (lambda x: np.array([1]), "returned a ndarray"),
        (lambda x: np.zeros((2, 3)), "returned a ndarray"),
        (lambda x: 10**5000, "returned a number beyond 999, not a class"),
        (lambda x: 2**63, "returned a number beyond 999, not a class"),
    ],
)
def test_what_is_no_vote_abstains_on_record(answer: object, reason: str) -> None:
    def sometimes(x: object) -> object:
        return answer(x) if x.text == "bad" else 1  # type: ignore[attr-defined, operator]

    texts = ["fine"] * 6000
    texts[5000] = "bad"
    applied = apply_lfs(comments(*texts), LFSet((RowLF("lf", sometimes, "h"),), CLASSES))
    assert applied.matrix[5000, 0] == -1
    assert (np.delete(applied.matrix[:, 0], 5000) == 1).all()
    assert applied.fault_frame().to_dict("records") == [
        {"lf": "lf", "reason": reason, "n_rows": 1, "first_row": 5000, "comment_id": "c5000"}
    ]


def test_lists_of_different_lengths_abstain_on_record() -> None:
    @labeling_function()
    def ragged(x: Any) -> Any:
        return [1] * len(x.text)

    @labeling_function()
    def arrays(x: Any) -> Any:
        return np.ones(len(x.text), dtype=int)

    @batch_labeling_function()
    def batch(part: pd.DataFrame) -> Any:
        return [[1] * len(text) for text in part["text"]]

    applied = apply_lfs(comments("a", "bb", "cc"), LFSet((ragged, arrays, batch), CLASSES))
    assert (applied.matrix == -1).all()
    assert {lf: dict(f.counts) for lf, f in applied.faults.items()} == {
        "ragged": {"returned a list": 3},
        "arrays": {"returned a ndarray": 3},
        "batch": {"returned a list": 3},
    }


@pytest.mark.parametrize("kind", ["row", "batch"])
def test_somebody_who_interrupts_a_function_is_heard(kind: str) -> None:
    def stop(x: object) -> int:
        raise KeyboardInterrupt

    stopping = RowLF("lf", stop, "h") if kind == "row" else batch_labeling_function()(stop)
    with pytest.raises(KeyboardInterrupt):
        apply_lfs(comments("one", "two"), LFSet((stopping,), CLASSES))


@pytest.mark.parametrize("error", [ValueError(), StopIteration(), GeneratorExit(), PanicError()])
def test_a_batch_function_that_raises_on_one_row_loses_that_row(error: BaseException) -> None:
    @batch_labeling_function()
    def fragile(part: pd.DataFrame) -> list[int]:
        if (part["text"] == "bad").any():
            raise error
        return [1] * len(part)

    texts = ["fine"] * 40_000
    texts[20_123] = "bad"
    applied = apply_lfs(comments(*texts), LFSet((fragile,), CLASSES))
    assert np.flatnonzero(applied.matrix[:, 0] == -1).tolist() == [20_123]
    assert applied.faults["fragile"].counts == {f"raised {type(error).__name__}": 1}


@pytest.mark.parametrize("scan", [None, scan_rules])
def test_a_catastrophic_pattern_is_bounded(scan: object) -> None:
    toml = 'classes = ["no", "yes"]\n[[lf]]\nname = "slow"\nkind = "regex"\npattern = \'(a+)+é?(?!.)b\'\nlabel = 1\n'
    toml += '[[lf]]\nname = "fast"\nkind = "regex"\npattern = "a"\nlabel = 0\n'
    start = time.monotonic()
    applied = apply_lfs(comments(*["a" * 60 + "é!"] * 50), load_lfs(toml), scan=scan)  # type: ignore[arg-type]
    assert time.monotonic() - start < 10
    assert (applied.matrix[:, 0] == -1).all()
    assert (applied.matrix[:, 1] == 0).all()
    assert applied.faults["slow"].counts["took longer than the limit"] == 3
    assert applied.faults["slow"].counts.total() == 50
    assert not applied.faults["fast"].counts


def test_editing_one_function_recomputes_only_its_column() -> None:
    calls: list[str] = []

    def counting(name: str) -> object:
        def call(x: object) -> int:
            calls.append(name)
            return 1

        return call

    frame = comments("a", "b")
    one, two, edited = (RowLF(n, counting(n + h), h) for n, h in [("one", "1"), ("two", "1"), ("two", "2")])  # type: ignore[arg-type]
    first = apply_lfs(frame, LFSet((one, two), CLASSES), keep_content=True)
    calls.clear()
    second = apply_lfs(frame, LFSet((one, edited), CLASSES), known=first)
    assert calls == ["two2", "two2"]
    assert second.matrix.tolist() == [[1, 1], [1, 1]]
    calls.clear()
    apply_lfs(frame.assign(text=["a", "c"]), LFSet((one, edited), CLASSES), known=second)
    assert sorted(calls) == ["one1", "one1", "two2", "two2"]


def test_snorkels_functions_with_pre_and_resources(tmp_path: Path) -> None:
    path = tmp_path / "lfs.py"
    path.write_text(
        "from snorkel.labeling import labeling_function\n"
        "from snorkel.preprocess import preprocessor\n"
        "classes = ['no', 'yes']\n"
        "@preprocessor(memoize=True)\n"
        "def lowered(x):\n    x.low = x.text.lower()\n    return x\n"
        "@labeling_function(pre=[lowered], resources={'word': 'tea'})\n"
        "def lf(x, word):\n    return 1 if word in x.low else -1\n",
        encoding="utf-8",
    )
    applied = apply_lfs(comments("TEA time", "coffee"), load_lfs(path))
    assert applied.matrix[:, 0].tolist() == [1, -1]


def test_snorkels_functions_in_a_notebook() -> None:
    snorkel = pytest.importorskip("snorkel.labeling")
    functions = [
        snorkel.LabelingFunction(name=word, f=lambda x, word: 1 if word in x.text else -1, resources={"word": word})
        for word in ("tea", "chai")
    ]
    rows = comments("a tea", "a chai", "none")
    expected = snorkel.PandasLFApplier(functions).apply(rows, progress_bar=False)
    for given in (functions, LFSet(tuple(functions), CLASSES)):
        assert apply_lfs(rows, given, CLASSES).matrix.tolist() == expected.tolist()
    assert weak_labels(rows, functions, CLASSES)["n_fired"].tolist() == [1, 1, 0]
    with pytest.raises(InputError, match="'len' is no labeling function"):
        apply_lfs(rows, [len], CLASSES)


def test_what_a_function_sets_on_a_row_is_gone_for_the_next() -> None:
    @labeling_function()
    def changes(x: Any) -> int:
        x.text = x.text.upper()
        x.more = 1
        return 1 if x.text == "TEA" else -1

    @labeling_function()
    def reads(x: Any) -> int:
        return 1 if x.text == "tea" and not hasattr(x, "more") else -1

    @labeling_function()
    def trips(x: Any) -> int:
        x.text = x.text[1:]
        return 1 if x.text == "ea" else 1 // 0

    applied = apply_lfs(comments("tea", "milk"), LFSet((changes, reads, trips, again(reads)), CLASSES))
    assert applied.matrix.tolist() == [[1, 1, 1, 1], [-1, -1, -1, -1]]


def again(lf: RowLF) -> RowLF:
    return RowLF("again", lf.call, lf.code_hash)


@pytest.mark.parametrize("scan", [None, scan_rules])
@pytest.mark.parametrize(
    ("cells", "expected"),
    [(["0.7", "high", None], [1, -1, -1]), ([0.7, "high", 0.2], [1, -1, -1]), ([True, False, None], [1, -1, -1])],
)
def test_a_cell_that_is_no_number_abstains_on_record(cells: list[object], expected: list[int], scan: Any) -> None:
    toml = 'classes = ["no", "yes"]\n[[lf]]\nname = "s"\nkind = "score"\ncolumn = "p"\nat_least = 0.5\nlabel = "yes"\n'
    rows = comments("a", "b", "c").assign(p=pd.Series(cells, dtype=object))
    applied = apply_lfs(rows, load_lfs(toml), scan=scan)
    assert applied.matrix[:, 0].tolist() == [1, -1, -1]
    assert applied.faults["s"].counts.total() == sum(cell == "high" for cell in cells)


@pytest.mark.parametrize("scan", [None, scan_rules])
@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ([1, None], "1"),
        ([1.0, 2.5], "1"),
        ([True, False], "True"),
        ([True, False], "true"),
        (["true", "false"], "true"),
        (["1", 2], "1"),
        ([1e20, 1.0], "1e+20"),
        ([1.1, 1.0], "1.10"),
        ([7.5, 7.0], "7.5"),
        ([-3.0, 3.0], "-3"),
        ([1e20, 1.0], "1" + "0" * 20),
    ],
)
def test_a_lookup_reads_every_kind_of_cell_alike(cells: list[object], key: str, scan: Any) -> None:
    toml = (
        f'classes = ["no", "yes"]\n[[lf]]\nname = "l"\nkind = "lookup"\ncolumn = "c"\nvalues = {{ "{key}" = "yes" }}\n'
    )
    applied = apply_lfs(comments("a", "b").assign(c=cells), load_lfs(toml), scan=scan)
    assert applied.matrix[:, 0].tolist() == [1, -1]


@pytest.mark.parametrize("scan", [None, scan_rules])
def test_half_a_character_is_read_like_any_other(scan: Any) -> None:
    toml = 'classes = ["no", "yes"]\n[[lf]]\nname = "r"\nkind = "regex"\npattern = \'tea[^\\w\\s]$\'\nlabel = "yes"\n'
    texts = pd.Series(["tea\ud800", "tea", "tea!", "tea\udfff\ud800"], dtype=object)
    applied = apply_lfs(pd.DataFrame({"text": texts}), load_lfs(toml), scan=scan)
    assert applied.matrix[:, 0].tolist() == [1, -1, 1, -1]


def test_integers_without_classes() -> None:
    lfs = load_lfs('[[lf]]\nname = "a"\nkind = "keywords"\nwords = ["tea"]\nlabel = 2\n')
    assert apply_lfs(comments("tea"), lfs).classes == ("0", "1", "2")


def test_missing_text_abstains_and_other_types_are_refused() -> None:
    lfs = load_lfs('classes = ["no", "yes"]\n[[lf]]\nname = "a"\nkind = "length"\nmax_chars = 9\nlabel = 1\n')
    assert apply_lfs(comments("tea", None), lfs).matrix[:, 0].tolist() == [1, -1]
    with pytest.raises(InputError, match="row 1: text is a int"):
        apply_lfs(pd.DataFrame({"text": ["a", 3]}, dtype=object), lfs)
    with pytest.raises(InputError, match="two columns 'text'"):
        apply_lfs(pd.DataFrame([["a", "b"]], columns=["text", "text"]), lfs)
    with pytest.raises(InputError, match="no column 'text'"):
        apply_lfs(pd.DataFrame({"body": ["a"]}), lfs)
    with pytest.raises(InputError, match="class 'no' is not one of the ontology's; expected x, yes"):
        apply_lfs(comments("tea"), lfs, ["x", "yes"])


def test_the_files_classes_find_their_place_among_all() -> None:
    toml = 'classes = ["no", "yes"]\n[[lf]]\nname = "t"\nkind = "keywords"\nwords = ["tea"]\nlabel = "yes"\n'
    applied = apply_lfs(comments("tea", "x"), load_lfs(toml), ["yes", "maybe", "no"])
    assert applied.matrix[:, 0].tolist() == [0, -1]
    assert applied.classes == ("yes", "maybe", "no")
