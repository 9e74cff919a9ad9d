"""Labeling functions from a toml or Python file. Belongs here: reading such files. Does not: checking single blocks."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.bounded import USER_ERRORS
from labeling_pipeline.core.weak_supervision.code_hash import hash_text, is_beside
from labeling_pipeline.core.weak_supervision.declarative import declarative
from labeling_pipeline.core.weak_supervision.fresh_modules import FromSource, modules_of
from labeling_pipeline.core.weak_supervision.functions import (
    BatchLF,
    DeclarativeLF,
    LabelingFunction,
    LFSet,
    RowLF,
    as_function,
    hashed_anew,
    is_snorkels,
)
from labeling_pipeline.core.weak_supervision.made_functions import Made, kept_nowhere, made_functions, made_twice
from labeling_pipeline.core.weak_supervision.opened_files import opened_files
from labeling_pipeline.core.weak_supervision.twice_defined import replaced_function

CLASS_ID = re.compile(r"[A-Za-z0-9_]+")


def load_lfs(source: str | Path) -> LFSet:
    """Labeling functions from a `.toml` or `.py` file, or from toml text.

    >>> lfs = load_lfs('''
    ... classes = ["ham", "spam"]
    ... [[lf]]
    ... name = "asks_to_subscribe"
    ... kind = "keywords"
    ... words = ["subscribe"]
    ... label = "spam"
    ... ''')
    >>> lfs.names, lfs.classes
    (['asks_to_subscribe'], ('ham', 'spam'))
    """
    if isinstance(source, str) and "\n" in source:
        return _from_toml(source, "", Path())
    path = Path(source)
    if not path.is_file():
        raise InputError(f"{path}: no such file", expected="a .toml or .py file with labeling functions")
    if path.suffix == ".py":
        return _from_python(path)
    if path.suffix == ".toml":
        return _from_toml(_text(path), str(path), path.parent)
    raise InputError(f"{path}: unknown format {path.suffix!r}", expected="a .toml or .py file with labeling functions")


def load_together(paths: Sequence[Path]) -> LFSet:
    """The labeling functions of several files as one set; all files must list the same classes.

    Raises InputError as `load_lfs` does, and where the classes differ or a name occurs in two files.
    """
    sets = [load_lfs(path) for path in paths]
    for other in sets[1:]:
        if other.classes != sets[0].classes:
            said = f"{_listed(sets[0])}; {_listed(other)}"
            raise InputError(said, remedy="list the same classes, in the same order, in both files")
    functions = tuple(lf for one in sets for lf in one.functions)
    files = tuple(sorted({file for one in sets for file in one.files}))
    notes = tuple(note for one in sets for note in one.notes)
    return LFSet(functions, sets[0].classes, ", ".join(one.source for one in sets), files, notes)


def _listed(lfs: LFSet) -> str:
    return f"{lfs.where}no classes" if lfs.classes is None else f"{lfs.where}classes {', '.join(lfs.classes)}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8", remedy="save the file as UTF-8") from error


def _from_toml(text: str, source: str, folder: Path) -> LFSet:
    where = f"{source}: " if source else ""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}not valid toml: {error}") from error
    unknown = sorted(set(document) - {"classes", "lf"})
    if unknown:
        raise InputError(f"{where}unknown key {unknown[0]!r}", expected="classes = […] and [[lf]] blocks")
    blocks = document.get("lf", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise InputError(f"{where}lf", expected="[[lf]] blocks, one per labeling function")
    classes = _classes(document.get("classes"), where)
    functions = tuple(declarative(block, classes, where, folder) for block in blocks)
    named = {folder / file for block in blocks if isinstance(file := block.get("file"), str)}
    return LFSet(functions, classes, source, tuple(sorted(file.resolve() for file in named)))


def _from_python(path: Path) -> LFSet:
    with _loaded(path) as module, made_functions(path) as made, opened_files(path.resolve()) as files:
        _execute(module, path)
        _check_names(module, path, made)
        found = _functions_in(module)
        beside = _modules_beside(path)
    used = tuple(sorted((files | beside) - {path.resolve()}))
    classes = _classes(getattr(module, "classes", None), f"{path}: ")
    lost = kept_nowhere(made, [lf.name for lf in found])
    notes = (f"{path}: {lost}",) if lost else ()
    return LFSet(tuple(_with_files(lf, path, used) for lf in found), classes, str(path), used, notes)


@contextmanager
def _loaded(path: Path) -> Iterator[ModuleType]:
    """A module for the file. Modules beside it can be imported, and are read anew with every load of it."""
    name = f"_labeling_functions_{hash_text(str(path.resolve()))}"
    spec = importlib.util.spec_from_file_location(name, path, loader=FromSource(name, str(path)))
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that its functions can be pickled and their source found
    with modules_of(path.resolve().parent):
        yield module


def _execute(module: ModuleType, path: Path) -> None:
    try:
        module.__spec__.loader.exec_module(module)  # type: ignore[union-attr]
    except USER_ERRORS as error:  # the user's file may fail in any way: it is named, with the line, and not run further
        line = _line_in(error, path)
        raise InputError(f"{path}{line}: {type(error).__name__}: {error}", remedy="correct the file") from error


def _check_names(module: ModuleType, path: Path, made: list[Made]) -> None:
    """No function may have replaced another: Python keeps the last alone, and a vote would be gone unheard."""
    with tokenize.open(path) as stream:
        twice = replaced_function(stream.read(), module) or made_twice(made)
    if twice is not None:
        name, *lines = twice
        where = f"both made in line {lines[0]}" if lines[0] == lines[1] else "in lines {} and {}".format(*lines)
        said = f"{path}: two labeling functions are named {name!r}, {where}"
        raise InputError(said, remedy="give each labeling function its own name")


def _modules_beside(path: Path) -> set[Path]:
    """Files of the folder whose modules the functions use."""
    folder = path.resolve().parent
    return {Path(str(sys.modules[name].__file__)).resolve() for name in list(sys.modules) if is_beside(name, folder)}


def _with_files(lf: LabelingFunction, path: Path, used: tuple[Path, ...]) -> LabelingFunction:
    """Where no hash can hold all that a function uses, its whole file counts, and every file that was read for it."""
    if isinstance(lf, DeclarativeLF):
        return lf
    lf = replace(lf, code=(path, *(file for file in used if file.suffix == ".py")))
    return lf if not lf.opaque else replace(lf, code_hash=hash_text(lf.code_hash, *map(_sha256, (path, *used))))


def _sha256(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _line_in(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f" line {error.lineno}"
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f" line {trace.tb_lineno}"
        trace = trace.tb_next
    return line


def _functions_in(module: ModuleType) -> list[LabelingFunction]:
    """The labeling functions of a module, also those in its lists and dicts; one under two names is one."""
    values = [v for value in vars(module).values() for v in _held(value)]
    ours = (RowLF, BatchLF, DeclarativeLF)
    found = {id(value): value for value in values if isinstance(value, ours) or is_snorkels(value)}
    return [hashed_anew(as_function(value)) for value in found.values()]


def _held(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list | tuple) else [value]


def _classes(value: Any, where: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    classes = [str(v) for v in value] if isinstance(value, list | tuple) else []
    if len(classes) < 2 or len(set(classes)) < len(classes) or not all(CLASS_ID.fullmatch(c) for c in classes):
        raise InputError(f"{where}classes = {value!r}", expected="a list of at least two different class ids")
    return tuple(classes)
