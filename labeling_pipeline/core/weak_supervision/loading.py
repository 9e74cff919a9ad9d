"""Labeling functions from a toml or Python file. Belongs here: reading such files. Does not: checking single blocks."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.bounded import USER_ERRORS
from labeling_pipeline.core.weak_supervision.code_hash import hash_text
from labeling_pipeline.core.weak_supervision.declarative import declarative
from labeling_pipeline.core.weak_supervision.functions import (
    BatchLF,
    DeclarativeLF,
    LabelingFunction,
    LFSet,
    RowLF,
    from_snorkel,
)

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
    return LFSet(functions, classes, source)


def _from_python(path: Path) -> LFSet:
    where = f"{path}: "
    module = _run(path)
    found: list[LabelingFunction] = []
    for value in vars(module).values():
        lf = _as_lf(value)
        if lf is not None:
            found.append(lf)
    return LFSet(tuple(found), _classes(getattr(module, "classes", None), where), str(path))


def _run(path: Path) -> ModuleType:
    name = f"_labeling_functions_{hash_text(str(path.resolve()))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that its functions can be pickled and their source found
    try:
        spec.loader.exec_module(module)
    except USER_ERRORS as error:  # the user's file may fail in any way: it is named, with the line, and not run further
        line = _line_in(error, path)
        raise InputError(f"{path}{line}: {type(error).__name__}: {error}", remedy="correct the file") from error
    return module


def _line_in(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f" line {error.lineno}"
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f" line {trace.tb_lineno}"
        trace = trace.tb_next
    return line


def _as_lf(value: Any) -> LabelingFunction | None:
    if isinstance(value, RowLF | BatchLF | DeclarativeLF):
        return value
    if any(base.__module__.startswith("snorkel.labeling.lf") for base in type(value).__mro__):
        return None if isinstance(value, type) or not hasattr(value, "_f") else from_snorkel(value)
    return None


def _classes(value: Any, where: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    classes = [str(v) for v in value] if isinstance(value, list | tuple) else []
    if len(classes) < 2 or len(set(classes)) < len(classes) or not all(CLASS_ID.fullmatch(c) for c in classes):
        raise InputError(f"{where}classes = {value!r}", expected="a list of at least two different class ids")
    return tuple(classes)
