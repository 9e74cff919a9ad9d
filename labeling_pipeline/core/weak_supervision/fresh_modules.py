"""Modules read from their source, never from bytecode. Belongs here: importing what lies in one folder as it is now.
Does not: hashing it.

Python takes bytecode for its source where both the size and the whole second of the last change are equal: an edit of
one letter, made right after a load, would be hashed as new and run as old. Bytecode that is not written leaves no
``__pycache__`` in the user's folder either.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from labeling_pipeline.core.weak_supervision.code_hash import is_beside, is_installed
from labeling_pipeline.core.weak_supervision.made_functions import tell_source


class FromSource(SourceFileLoader):
    """Compiles the source that is there, whatever bytecode lies beside it."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of a module; raises as its compilation does."""
        path = self.get_filename(fullname)
        source = self.get_data(path)
        tell_source(source)
        code: CodeType = self.source_to_code(source, path)
        return code


@contextmanager
def modules_of(folder: Path) -> Iterator[None]:
    """Modules in this folder can be imported in the body, before all others; they are read anew each time."""
    before, hook = set(sys.modules), _hook(folder)
    sys.path.insert(0, str(folder))
    sys.path_hooks.insert(0, hook)
    _forget_finders(folder)
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.path_hooks.remove(hook)
        _forget_finders(folder)
        for new in set(sys.modules) - before:
            if is_beside(new, folder):
                del sys.modules[new]


def _hook(folder: Path) -> Callable[[str], Any]:
    kinds = ((FromSource, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES))
    finder = FileFinder.path_hook(*kinds)

    def find_in(place: str) -> Any:
        if not _is_own(place, folder):
            raise ImportError(place)
        return finder(place)

    return find_in


def _is_own(place: str, folder: Path) -> bool:
    path = Path(place).resolve()
    return path.is_relative_to(folder) and not is_installed(path)


def _forget_finders(folder: Path) -> None:
    for place in [one for one in sys.path_importer_cache if _is_own(one, folder)]:
        del sys.path_importer_cache[place]
    importlib.invalidate_caches()
