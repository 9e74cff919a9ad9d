"""Labeling functions from files, and what is said of wrong ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import load_lfs
from labeling_pipeline.core.weak_supervision.loading import load_together

HEAD = 'classes = ["no", "yes"]\n'
GOOD = HEAD + '[[lf]]\nname = "a"\nkind = "keywords"\nwords = ["tea"]\nlabel = "yes"\n'


def block(**keys: object) -> str:
    lines = [
        f"{key} = {value!r}" if not isinstance(value, str) else f"{key} = '{value}'" for key, value in keys.items()
    ]
    return HEAD + "[[lf]]\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (block(name="a", kind="regex", pattern="tea(", label="yes"), r"'a': invalid regex at position 3"),
        (
            block(name="a", kind="regex", pattern="ok (?<=a)b|(?<=a+)b", label="yes"),
            r"'a': invalid regex at position 11",
        ),
        (
            block(name="a", kind="regex", pattern="b{2}(a){70000000000}", label="yes"),
            "'a': invalid regex at position 7: .*repet",
        ),
        (block(name="a", kind="regex", pattern="b{1,4294967295}", label="yes"), "'a': invalid regex at position 1"),
        (
            block(name="a", kind="regex", pattern="b" + "(" * 3000 + "a" + ")" * 3000, label="yes"),
            "'a': regex nested too deeply, down to position 3000",
        ),
        (block(name="a", kind="length", min_chars=9, max_chars=3, label="yes"), "min_chars = 9 is above max_chars = 3"),
        (block(name="a", kind="score", column="p", at_least=0.9, at_most=0.1, label="yes"), "at_least = 0.9 is above"),
        (HEAD + '[[lf]]\nname = "a"\nkind = "score"\ncolumn = "p"\nat_least = nan\nlabel = 1\n', "a finite number"),
        (block(name="a", kind="magic", label="yes"), r"'a': kind 'magic'.*one of keywords"),
        (block(name="a", kind="keywords", words=["tea"], label="maybe"), r"'a': label 'maybe'.*no, yes"),
        (block(name="a", kind="keywords", words=["tea"], label=2), "label 2"),
        (block(name="a", kind="keywords", words=[], label="yes"), "words = "),
        (block(name="a", kind="keywords", words=["tea", " "], label="yes"), "not text"),
        (block(name="a", kind="keywords", word=["tea"], label="yes"), "unknown key 'word'"),
        (block(name="a", kind="length", label="yes"), "min_chars"),
        (block(name="a", kind="score", column="p", label="yes"), "at_least or at_most"),
        (block(name="a", kind="glossary", file="none.txt", label="yes"), "none.txt: no such file"),
        (block(kind="keywords", words=["tea"], label="yes"), "name = None"),
        (GOOD + GOOD.replace(HEAD, ""), "two labeling functions are named 'a'"),
        (HEAD + "\n", "no labeling functions"),
        (GOOD.replace("[[lf]]", "[[lf]"), "not valid toml"),
        (GOOD.replace('["no", "yes"]', '["no"]'), "classes ="),
        (GOOD + "[other]\n", "unknown key 'other'"),
    ],
)
def test_what_is_wrong_is_named(toml: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_lfs(toml)


OURS = "from labeling_pipeline.core import weak_supervision as ws\nclasses = ['no', 'yes']\n"
SNORKELS = "from snorkel.labeling import labeling_function as lf\nclasses = ['no', 'yes']\n"


@pytest.mark.parametrize(
    ("head", "first", "second"),
    [
        (OURS, "@ws.labeling_function()\ndef z(x): return 0", "@ws.labeling_function()\ndef z(x): return 1"),
        (OURS, "@ws.batch_labeling_function(name='a')\ndef z(x): return 0", "def z(x): return 1"),
        (SNORKELS, "@lf()\ndef z(x): return 0", "@lf(name='other')\ndef z(x): return 1"),
    ],
)
def test_a_function_that_another_replaces_is_named(tmp_path: Path, head: str, first: str, second: str) -> None:
    path = tmp_path / "lfs.py"
    path.write_text(f"{head}{first}\n{second}\n", encoding="utf-8")
    with pytest.raises(InputError, match="two labeling functions are named 'z', in lines 4 and "):
        load_lfs(path)
    path.write_text(
        f"{head}{first}\n{second.replace('z(', 'y(')}\ndef help(): pass\ndef help(): pass\n", encoding="utf-8"
    )
    assert {"z", "y", "a", "other"} >= set(load_lfs(path).names)


def test_the_hash_follows_the_rule_and_nothing_else() -> None:
    one = load_lfs(GOOD).functions[0].code_hash
    assert load_lfs(GOOD.replace('"a"', '"renamed"') + "# a comment\n").functions[0].code_hash == one
    assert load_lfs(GOOD.replace('"tea"', '"coffee"')).functions[0].code_hash != one
    assert load_lfs(GOOD.replace('label = "yes"', 'label = "no"')).functions[0].code_hash != one


def test_files_of_terms_and_values(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("term\tmeaning\nold oak; oak\ttree\npine\ttree\n", encoding="utf-8")
    (tmp_path / "boards.csv").write_text("board,class\ntea,yes\nrust,no\n", encoding="utf-8")
    path = tmp_path / "lfs.toml"
    path.write_text(
        HEAD
        + '[[lf]]\nname = "trees"\nkind = "glossary"\nfile = "terms.tsv"\ncolumn = "term"\nlabel = "yes"\n'
        + '[[lf]]\nname = "board"\nkind = "lookup"\ncolumn = "board"\nfile = "boards.csv"\n',
        encoding="utf-8",
    )
    trees, board = load_lfs(path).functions
    assert trees.rule.pattern.search("An OLD  oak stood")  # type: ignore[union-attr]
    assert not trees.rule.pattern.search("soaked")  # type: ignore[union-attr]
    assert board.rule.table == {"tea": 1, "rust": 0}  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "between"), [("terms.csv", ","), ("terms.tsv", "\t"), ("TERMS.CSV", ",")])
def test_a_glossary_of_several_columns_says_which_one_holds_the_terms(tmp_path: Path, name: str, between: str) -> None:
    (tmp_path / name).write_text(f"term{between}meaning\noak; elm{between}tree\n", encoding="utf-8")
    path = tmp_path / "lfs.toml"
    path.write_text(block(name="trees", kind="glossary", file=name, label="yes"), encoding="utf-8")
    with pytest.raises(InputError, match=rf"'trees': {name} has several columns"):
        load_lfs(path)
    (tmp_path / name).write_text("oak\nelm; ash\n", encoding="utf-8")
    (rule,) = (function.rule for function in load_lfs(path).functions)
    assert rule.pattern.search("an elm; ash")  # type: ignore[union-attr]
    assert not rule.pattern.search("an elm")  # type: ignore[union-attr]


PYTHON = """
from snorkel.labeling import labeling_function
from labeling_pipeline.core.weak_supervision import batch_labeling_function
from labeling_pipeline.core.weak_supervision import labeling_function as ours
classes = ["no", "yes"]
WORD = "tea"
def helper(text): return WORD in text
@labeling_function()
def snorkels(x): return 1 if helper(x.text) else -1
@labeling_function(name="named", resources={"words": ["tea"]})
def with_resources(x, words): return 0 if x.text in words else -1
@ours()
def own(x): return 1 if x["text"] == "tea" else -1
@batch_labeling_function()
def batch(comments): return comments["text"].str.len().gt(5).astype(int) - 1
"""


def test_a_python_file_with_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "lfs.py"
    path.write_text(PYTHON, encoding="utf-8")
    lfs = load_lfs(path)
    assert lfs.names == ["snorkels", "named", "own", "batch"]
    assert lfs.classes == ("no", "yes")


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('WORD = "tea"', 'WORD = "coffee"', ["snorkels"]),
        ("return WORD in text", "return WORD == text", ["snorkels"]),
        ('["tea"]', '["chai"]', ["named"]),
        ("gt(5)", "gt(6)", ["batch"]),
        ("classes", "# a note\nclasses", []),
    ],
)
def test_editing_one_function_changes_only_its_hash(tmp_path: Path, old: str, new: str, changed: list[str]) -> None:
    first, second = tmp_path / "one.py", tmp_path / "two.py"
    first.write_text(PYTHON, encoding="utf-8")
    second.write_text(PYTHON.replace(old, new, 1), encoding="utf-8")
    before = {lf.name: lf.code_hash for lf in load_lfs(first).functions}
    after = {lf.name: lf.code_hash for lf in load_lfs(second).functions}
    assert [name for name in before if before[name] != after[name]] == changed


def test_lists_of_functions_and_second_names(tmp_path: Path) -> None:
    path = tmp_path / "lfs.py"
    path.write_text(
        "from snorkel.labeling import LabelingFunction\n"
        "classes = ['no', 'yes']\n"
        "def has(x, word): return 1 if word in x.text else -1\n"
        "def make(word): return LabelingFunction(name=f'has_{word}', f=has, resources={'word': word})\n"
        "lfs = [make('tea'), make('chai')]\n"
        "first = lfs[0]\n"
        "again = first\n",
        encoding="utf-8",
    )
    assert sorted(load_lfs(path).names) == ["has_chai", "has_tea"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("board,class\ntea,yes\n\nrust,no\n", {"tea": 1, "rust": 0}),
        ("tea,yes\nrust,no\n", {"tea": 1, "rust": 0}),
        ("tea,1\ntea,1\n", {"tea": 1}),
        ("board,kind\ntea,yes\n", "t.csv line 1: label 'kind'; expected no, yes; if this is a header"),
        ("tea,yes\nrust,noo\n", "t.csv line 2: label 'noo'"),
        ("tea,yes\nrust\n", "t.csv line 2: label ''"),
        ("tea,yes\ntea,no\n", "t.csv line 2: 'tea' has another class before"),
        (b"tea,yes\ncaf\xe9,no\n", "byte 11 is not UTF-8"),
    ],
)
def test_a_lookup_file_loses_no_row(tmp_path: Path, table: str | bytes, expected: dict[str, int] | str) -> None:
    (tmp_path / "t.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    path = tmp_path / "lfs.toml"
    path.write_text(HEAD + '[[lf]]\nname = "a"\nkind = "lookup"\ncolumn = "board"\nfile = "t.csv"\n', encoding="utf-8")
    if isinstance(expected, dict):
        assert load_lfs(path).functions[0].rule.table == expected  # type: ignore[union-attr]
    else:
        with pytest.raises(InputError, match=re.escape(expected)):
            load_lfs(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [("def f(:\n", r"lfs.py line 1: SyntaxError"), ("x = 1\ny = 1 / 0\n", r"lfs.py line 2: ZeroDivisionError")],
)
def test_a_broken_python_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "lfs.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_lfs(path)


def test_two_files_are_one_set_when_they_list_the_same_classes(tmp_path: Path) -> None:
    toml, python = tmp_path / "lfs.toml", tmp_path / "lfs.py"
    toml.write_text(GOOD, encoding="utf-8")
    python.write_text(PYTHON, encoding="utf-8")
    both = load_together([toml, python])
    assert both.names == ["a", "snorkels", "named", "own", "batch"]
    assert both.classes == ("no", "yes")
    python.write_text(PYTHON.replace('["no", "yes"]', '["yes", "no"]'), encoding="utf-8")
    with pytest.raises(InputError, match=r"lfs.toml: classes no, yes; .*lfs.py: classes yes, no"):
        load_together([toml, python])
    python.write_text(PYTHON.replace('name="named"', 'name="a"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"lfs.toml, .*lfs.py: two labeling functions are named 'a'"):
        load_together([toml, python])


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_lfs(tmp_path / "none.toml")
    (tmp_path / "lfs.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="unknown format"):
        load_lfs(tmp_path / "lfs.txt")
