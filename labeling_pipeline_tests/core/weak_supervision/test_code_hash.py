"""The code hash of a Python function changes with everything it uses, and with nothing else."""

from __future__ import annotations

import os
import py_compile
import sys
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.weak_supervision import apply_lfs, labeling_function, load_lfs
from labeling_pipeline.core.weak_supervision.code_hash import hash_function, hash_text

SOURCE = """
import re, threading
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
import numpy as np, pandas as pd
from labeling_pipeline.core.weak_supervision import batch_labeling_function, labeling_function
from beside import other
import beside
classes = ["no", "yes"]
LEAST = np.array([3])
FRAME = pd.DataFrame({"word": ["tea"]})
SERIES = pd.Series(["chai"])
CHECKS = {"has": lambda text: "pot" in text}
TERMS = set(Path(__file__).with_name("terms.txt").read_text().split())
SEARCH = partial(re.search, "cup")
LOCK = threading.Lock()

def deep(text): return "leaf" in text

@lru_cache
def remembered(text): return deep(text)

@dataclass
class Words:
    word: str = "one"
WORDS = Words("mint")

class Finder:
    def __init__(self, word): self.word = word
    def __call__(self, text): return self.word in text
FINDER = Finder("sage")

class Caller:
    def has(self, text): return deep(text)
CALLER = Caller()

@labeling_function()
def array(x): return 1 if len(x.text) > LEAST[0] else -1
@labeling_function()
def frame(x): return 1 if (FRAME.word == x.text).any() else -1
@labeling_function()
def series(x): return 1 if (SERIES == x.text).any() else -1
@labeling_function()
def in_dict(x): return 1 if CHECKS["has"](x.text) else -1
@labeling_function()
def terms(x): return 1 if TERMS & set(x.text.split()) else -1
@labeling_function()
def bound(x): return 1 if SEARCH(x.text) else -1
@labeling_function()
def cached(x): return 1 if remembered(x.text) else -1
@labeling_function()
def data(x): return 1 if WORDS.word in x.text else -1
@labeling_function()
def instance(x): return 1 if FINDER(x.text) else -1
@labeling_function()
def method(x): return 1 if CALLER.has(x.text) else -1
@labeling_function()
def imported(x): return 1 if other(x.text) else -1
@labeling_function()
def module(x): return 1 if beside.other(x.text) else -1
@batch_labeling_function(resources={"table": FRAME})
def resource(part, table): return [1 if (table.word == text).any() else -1 for text in part["text"]]
@labeling_function(resources={"check": deep})
def function_as_resource(x, check): return 1 if check(x.text) else -1
@labeling_function()
def locked(x):
    with LOCK: return -1
@labeling_function()
def late(x): return 1 if helper_below(x.text) else -1
@batch_labeling_function()
def late_batch(part): return [1 if helper_below(text) else -1 for text in part["text"]]
def helper_below(text): return "fern" in text
"""
TERMS, BESIDE = "oak pine", 'def other(text): return "kettle" in text\n'
USES_DEEP = {"cached", "method", "function_as_resource"}


def hashes(folder: Path, source: str = SOURCE, terms: str = TERMS, beside: str = BESIDE) -> dict[str, str]:
    (folder / "terms.txt").write_text(terms, encoding="utf-8")
    (folder / "beside.py").write_text(beside, encoding="utf-8")
    (folder / "lfs.py").write_text(source, encoding="utf-8")
    return {lf.name: lf.code_hash for lf in load_lfs(folder / "lfs.py").functions}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("np.array([3])", "np.array([4])", {"array"}),
        ('["tea"]', '["coffee"]', {"frame", "resource"}),
        ('["chai"]', '["mate"]', {"series"}),
        ('"pot"', '"pan"', {"in_dict"}),
        ('"cup"', '"mug"', {"bound"}),
        ('"leaf"', '"stem"', USES_DEEP),
        ('"fern"', '"moss"', {"late", "late_batch"}),
        ('Words("mint")', 'Words("lime")', {"data"}),
        ('Finder("sage")', 'Finder("dill")', {"instance"}),
        ("self.word in text", "self.word == text", {"instance"}),
        ("\nclasses", "\n# a remark\nclasses", set()),
    ],
)
def test_an_edit_is_noticed_where_it_matters(tmp_path: Path, old: str, new: str, changed: set[str]) -> None:
    before, after = hashes(tmp_path), hashes(tmp_path, SOURCE.replace(old, new, 1))
    assert {name for name in before if before[name] != after[name]} == changed | {"locked"}


def test_files_and_modules_beside_it_count(tmp_path: Path) -> None:
    before = hashes(tmp_path)
    after = hashes(tmp_path, terms="oak elm")
    assert {name for name in before if before[name] != after[name]} == {"terms", "locked"}
    after = hashes(tmp_path, beside=BESIDE.replace("kettle", "teapot"))
    assert {name for name in before if before[name] != after[name]} == {"imported", "module", "locked"}


ONE = """
from labeling_pipeline.core.weak_supervision import labeling_function
from beside import WORD
classes = ["no", "yes"]
@labeling_function()
def listed(x): return 1 if WORD in x.text else -1
"""


def test_an_edit_within_the_second_is_run_whatever_bytecode_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "lfs.py").write_text(ONE, encoding="utf-8")
    beside, seen = tmp_path / "beside.py", {}
    for word in ("tea", "fig"):
        beside.write_text(f"WORD = {word!r}\n", encoding="utf-8")
        os.utime(beside, (1_700_000_000, 1_700_000_000))
        if word == "tea":
            py_compile.compile(str(beside))  # as an import of it elsewhere would leave it
        lfs = load_lfs(tmp_path / "lfs.py")
        votes = apply_lfs(pd.DataFrame({"text": ["tea", "fig"]}), lfs).matrix[:, 0]
        seen[word] = (lfs.functions[0].code_hash, votes.tolist())
    assert [votes for _, votes in seen.values()] == [[1, -1], [-1, 1]]
    assert seen["tea"][0] != seen["fig"][0]
    assert len(list(tmp_path.rglob("*.pyc"))) == 1  # the one that was there; none is added


def test_what_was_read_while_loading_is_known_on_every_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "shared_words.txt").write_text("tea", encoding="utf-8")
    name = f"words_{hash_text(str(tmp_path))}"
    read = "from pathlib import Path\nWORD = Path(__file__).with_name('shared_words.txt').read_text()\n"
    (shared / f"{name}.py").write_text(read, encoding="utf-8")
    monkeypatch.syspath_prepend(shared)
    source = (
        ONE.replace("beside", name).replace("WORD in", "LOCK and WORD in") + "import threading\nLOCK = threading.Lock()"
    )
    loads = []
    for home in ("one", "one", "two"):
        path = tmp_path / home / "lfs.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        if home == "two":  # as in another process: it is imported again, from its bytecode
            del sys.modules[name]
        lfs = load_lfs(path)
        loads.append(({file.name for file in lfs.files}, lfs.functions[0].code_hash))
    assert loads == [({"shared_words.txt", f"{name}.py"}, loads[0][1])] * 3


def test_the_same_files_give_the_same_hashes_anywhere(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert hashes(one) == hashes(two)


def test_what_no_hash_can_hold_is_told(tmp_path: Path) -> None:
    hashes(tmp_path)
    lfs = load_lfs(tmp_path / "lfs.py")
    notes = {lf.name: lf.note for lf in lfs.functions if lf.note}
    assert notes == {"locked": "every edit of its file counts as one of this function, since it uses _thread.lock"}
    assert {file.name for file in lfs.files} == {"terms.txt", "beside.py"}


def test_equal_content_is_equal_and_a_value_may_refer_to_itself() -> None:
    def used(x: object) -> int:
        return -1

    ring: list[object] = [1]
    ring.append(ring)
    assert hash_function(used, {"a", "b", "c"}, ring) == hash_function(used, {"c", "b", "a"}, ring)
    assert hash_function(used, [1, 2]) != hash_function(used, [2, 1])
    assert hash_function(used, {"a": 1, "b": 2}) != hash_function(used, {"b": 2, "a": 1})  # the first match may win


def test_functions_typed_into_a_console_differ_by_their_constants() -> None:
    given: list[dict[str, object]] = []
    for word in ("tea", "chai"):
        names: dict[str, object] = {"labeling_function": labeling_function}
        exec(f"@labeling_function()\ndef lf(x): return 1 if {word!r} in x.text else -1", names)
        given.append(names)
    assert given[0]["lf"].code_hash != given[1]["lf"].code_hash  # type: ignore[attr-defined]
