"""Labeling functions made under one name are refused, however they were made; idioms that keep all of them work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import apply_lfs, load_lfs

OURS = "from labeling_pipeline.core.weak_supervision import labeling_function\n"
BATCH = "from labeling_pipeline.core.weak_supervision import batch_labeling_function as labeling_function\n"
SNORKELS = "from snorkel.labeling import labeling_function\n"
SNORKELS_CLASS = "from snorkel.labeling import LabelingFunction\n"
LOOP = """
for word in ["tea", "chai"]:
    @labeling_function()
    def has(x, word=word): return 1 if word in x.text else -1
"""
FACTORY = """
def make(word):
    @labeling_function(resources={"word": word})
    def has(x, word): return 1 if word in x.text else -1
    return has
lf = make("tea")
lf = make("chai")
"""
TUTORIAL = """
ABSTAIN = -1
def keyword_lookup(x, keywords, label):
    if any(word in x.text.lower() for word in keywords):
        return label
    return ABSTAIN
def make_keyword_lf(keywords, label=1):
    return LabelingFunction(
        name=f"keyword_{keywords[0]}", f=keyword_lookup, resources=dict(keywords=keywords, label=label)
    )
"""
COMMENTS = pd.DataFrame({"text": ["tea", "chai", "water"]})


def file(folder: Path, text: str) -> Path:
    path = folder / "lfs.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", [OURS, BATCH, SNORKELS])
@pytest.mark.parametrize(("text", "where"), [(LOOP, "both made in line 4"), (FACTORY, "in lines 7 and 8")])
def test_what_a_loop_would_lose_is_refused(tmp_path: Path, kind: str, text: str, where: str) -> None:
    with pytest.raises(InputError, match=f"lfs.py: two labeling functions are named 'has', {where}; give each"):
        load_lfs(file(tmp_path, kind + text))


def test_so_are_snorkels_made_without_a_decorator(tmp_path: Path) -> None:
    text = SNORKELS_CLASS + TUTORIAL + 'for words in (["tea"], ["tea", "chai"]):\n    lf = make_keyword_lf(words)\n'
    with pytest.raises(InputError, match="named 'keyword_tea', both made in line 13"):
        load_lfs(file(tmp_path, text))


def test_and_those_a_module_beside_the_file_makes(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text(OURS + LOOP, encoding="utf-8")
    with pytest.raises(InputError, match="two labeling functions are named 'has'"):
        load_lfs(file(tmp_path, "import beside\nhas = beside.has\n"))


def test_and_those_a_module_beside_the_file_makes_with_snorkel(tmp_path: Path) -> None:
    """In a process of its own: Snorkel must not be there yet."""
    (tmp_path / "beside.py").write_text(SNORKELS + LOOP, encoding="utf-8")
    path = file(tmp_path, "import beside\nhas = beside.has\n")
    code = "import sys; from labeling_pipeline.core.weak_supervision import load_lfs; load_lfs(sys.argv[1])"
    ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "two labeling functions are named 'has', both made in line 1" in ended.stderr


@pytest.mark.parametrize("kind", [OURS, SNORKELS])
def test_functions_that_are_kept_nowhere_are_told(tmp_path: Path, kind: str) -> None:
    text = kind + LOOP.replace("()", '(name=f"has_{word}")', 1).replace('"chai"', '"chai", "mate"')
    path = file(tmp_path, text)
    lfs = load_lfs(path)
    assert lfs.names == ["has_mate"]
    said = "2 labeling functions were made and not kept ('has_tea' in line 4): give each a variable, or"
    assert lfs.notes == (f"{path}: {said} a place in a list or dict",)


def test_what_a_module_makes_for_others_is_not_told(tmp_path: Path) -> None:
    named = LOOP.replace("()", '(name=f"has_{word}")', 1) + "    kept.append(has)\n"
    (tmp_path / "beside.py").write_text(OURS + "kept = []\n" + named, encoding="utf-8")
    lfs = load_lfs(file(tmp_path, "from beside import has\n"))
    assert (lfs.names, lfs.notes) == (["has_chai"], ())
    assert load_lfs(file(tmp_path, "from beside import kept\n")).notes == ()


@pytest.mark.parametrize(
    "kept",
    [
        "tea, chai = make_keyword_lf(['tea']), make_keyword_lf(['chai'])\n",
        "lfs = [make_keyword_lf([word]) for word in ('tea', 'chai')]\n",
        "lfs = {word: make_keyword_lf([word]) for word in ('tea', 'chai')}\n",
        "lfs = []\nfor word in ('tea', 'chai'):\n    lfs.append(make_keyword_lf([word]))\n",
        "for word in ('tea', 'chai'):\n    globals()[f'lf_{word}'] = make_keyword_lf([word])\n",
    ],
)
def test_snorkels_idiom_of_made_functions_keeps_them_all(tmp_path: Path, kept: str) -> None:
    lfs = load_lfs(file(tmp_path, SNORKELS_CLASS + TUTORIAL + kept))
    assert lfs.names == ["keyword_tea", "keyword_chai"]
    assert apply_lfs(COMMENTS, lfs).matrix.tolist() == [[1, -1], [-1, 1], [-1, -1]]
    assert len({lf.code_hash for lf in lfs.functions}) == 2


@pytest.mark.parametrize("kind", [OURS, SNORKELS])
def test_a_decorator_in_a_loop_may_name_each(tmp_path: Path, kind: str) -> None:
    text = LOOP.replace("()", '(name=f"has_{word}")', 1) + "    lfs.append(has)\n"
    lfs = load_lfs(file(tmp_path, kind + "lfs = []" + text))
    assert lfs.names == ["has_tea", "has_chai"]
    assert apply_lfs(COMMENTS, lfs).matrix.tolist() == [[1, -1], [-1, 1], [-1, -1]]


def test_a_file_may_be_loaded_again_and_snorkel_is_left_as_it_was(tmp_path: Path) -> None:
    from snorkel.labeling.lf.core import LabelingFunction

    before = LabelingFunction.__init__
    path = file(tmp_path, SNORKELS_CLASS + TUTORIAL + "lf = make_keyword_lf(['tea'])\n")
    first, second = ([(lf.name, lf.code_hash) for lf in load_lfs(path).functions] for _ in range(2))
    assert first == second
    assert LabelingFunction.__init__ is before
    with pytest.raises(InputError):
        load_lfs(file(tmp_path, SNORKELS + LOOP + "1 / 0\n"))
    assert LabelingFunction.__init__ is before
