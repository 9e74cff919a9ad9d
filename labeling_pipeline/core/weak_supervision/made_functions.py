"""Labeling functions as they are made. Belongs here: hearing of each one that a file makes, ours and Snorkel's.
Does not: loading the file (``loading``), two functions under one name that are both still there (``functions.LFSet``).

A loop that makes functions under one name leaves the last alone: what the file holds afterwards does not tell of the
others. Snorkel keeps no list of its functions, so their making itself is listened to while the file runs.
"""

from __future__ import annotations

import importlib
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SNORKELS = "snorkel.labeling.lf.core"
_listening = threading.local()


def tell_made(name: str) -> None:
    """A labeling function of this name has been made; heard by whoever listens in this thread."""
    hear = getattr(_listening, "hear", None)
    if hear is not None:
        hear(name)


@contextmanager
def made_functions(path: Path) -> Iterator[list[tuple[str, int]]]:
    """The names of the labeling functions made in the body, in order, with the line of the file at which each was.

    The line is that of the file's own level: of a function that makes them, where it was called; 0 where the file
    itself does not run (a module beside it does, in a thread of its own).
    """
    made: list[tuple[str, int]] = []
    before, _listening.hear = getattr(_listening, "hear", None), lambda name: made.append((name, _line_in(path)))
    try:
        with _heard_of_snorkels(path):
            yield made
    finally:
        _listening.hear = before


def made_twice(made: list[tuple[str, int]]) -> tuple[str, int, int] | None:
    """The first name that two functions were made under, and the lines of both."""
    seen: dict[str, int] = {}
    for name, line in made:
        if name in seen:
            return name, seen[name], line
        seen[name] = line
    return None


def _line_in(path: Path) -> int:
    lines = [line for frame, line in traceback.walk_stack(None) if frame.f_code.co_filename == str(path)]
    return lines[-1] if lines else 0


@contextmanager
def _heard_of_snorkels(path: Path) -> Iterator[None]:
    """Snorkel's functions are heard of, too, where the file names Snorkel or it is there already."""
    kind = _snorkels_class(path)
    if kind is None:
        yield
        return
    original = kind.__init__
    kind.__init__ = _telling(original)
    try:
        yield
    finally:
        kind.__init__ = original


def _snorkels_class(path: Path) -> Any:
    if _SNORKELS not in sys.modules and b"snorkel" in path.read_bytes():
        try:
            importlib.import_module(_SNORKELS)
        except ImportError:  # the file says so itself, with its line
            return None
    module = sys.modules.get(_SNORKELS)
    return None if module is None else module.LabelingFunction


def _telling(original: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        tell_made(self.name)

    return init
