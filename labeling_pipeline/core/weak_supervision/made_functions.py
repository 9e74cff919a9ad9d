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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

_SNORKELS = "snorkel.labeling.lf.core"
_listening = threading.local()


class Made(NamedTuple):
    """A labeling function's name, and the line of the file's own level at which it was made.

    Of a function that makes them, the line where it was called; 0 where the file itself does not run (a module beside
    it does, in a thread of its own). `is_own`: no module that the file imports made it.
    """

    name: str
    line: int
    is_own: bool


def tell_made(name: str) -> None:
    """A labeling function of this name has been made; heard by whoever listens in this thread."""
    hear = getattr(_listening, "hear", None)
    if hear is not None:
        hear(name)


def tell_source(source: bytes) -> None:
    """A module is about to run; where its source names Snorkel, functions made with that are heard of from now on."""
    put_back = getattr(_listening, "put_back", None)
    if put_back is not None and b"snorkel" in source:
        _hear_of_snorkels(put_back)


@contextmanager
def made_functions(path: Path) -> Iterator[list[Made]]:
    """The labeling functions made in the body, in order."""
    made: list[Made] = []
    before = dict(vars(_listening))
    with ExitStack() as put_back:
        _listening.hear, _listening.put_back = lambda name: made.append(_made(name, path)), put_back
        if _SNORKELS in sys.modules:
            _hear_of_snorkels(put_back)
        try:
            yield made
        finally:
            vars(_listening).clear()
            vars(_listening).update(before)


def made_twice(made: list[Made]) -> tuple[str, int, int] | None:
    """The first name that two functions were made under, and the lines of both."""
    seen: dict[str, int] = {}
    for name, line, _ in made:
        if name in seen:
            return name, seen[name], line
        seen[name] = line
    return None


def kept_nowhere(made: list[Made], kept: list[str]) -> str:
    """What is said of functions that the file itself made and that no name of it holds; "" where there are none."""
    lost = {one.name: one.line for one in made if one.is_own and one.name not in kept}
    if not lost:
        return ""
    are = "1 labeling function was" if len(lost) == 1 else f"{len(lost)} labeling functions were"
    first, line = next(iter(lost.items()))
    return f"{are} made and not kept ({first!r} in line {line}): give each a variable, or a place in a list or dict"


def _made(name: str, path: Path) -> Made:
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_stack(None)]
    lines = [line for frame, line in traceback.walk_stack(None) if frame.f_code.co_filename == str(path)]
    if not lines:
        return Made(name, 0, False)
    imports = any(file.startswith("<frozen importlib") for file in files[: files.index(str(path))])
    return Made(name, lines[-1], not imports)


def _hear_of_snorkels(put_back: ExitStack) -> None:
    kind = _snorkels_class()
    if kind is None or hasattr(kind.__init__, "tells"):
        return
    original = kind.__init__
    kind.__init__ = _telling(original)
    put_back.callback(setattr, kind, "__init__", original)


def _snorkels_class() -> Any:
    try:
        return importlib.import_module(_SNORKELS).LabelingFunction
    except ImportError:  # the file says so itself, with its line
        return None


def _telling(original: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        tell_made(self.name)

    init.tells = True  # type: ignore[attr-defined]
    return init
