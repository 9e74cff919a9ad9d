"""Functions by name: how a registry is read.

Belongs here: from a registry's line to the function it names, and whose function an error came from. Does not: any
registry (each stands in the package whose methods it lists).

A registry's values are ``module:function``, imported when called for. So a new method is one file and one line, and
what nobody asks for costs no import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from traceback import walk_tb
from types import TracebackType
from typing import Any

from labeling_pipeline.core.errors import SettingError


def load(registry: Mapping[str, str], name: str, what: str) -> Any:
    """What a registry lists under a name; ``what`` says in errors what such a thing is.

    Raises SettingError where the name is not listed, or its line names nothing that is there.

    >>> methods = {"majority": "labeling_pipeline.core.consensus.majority:majority"}
    >>> load(methods, "majority", "consensus method").__name__
    'majority'
    """
    if name not in registry:
        raise SettingError(f"no {what} {name!r}", expected=", ".join(registry))
    path, _, attribute = registry[name].partition(":")
    try:
        module = import_module(path)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{path}.".startswith(f"{error.name}."):
            raise  # the module is there; something it imports is not
        raise SettingError(f"{what} {name!r}: no module {path}", expected="package.module:function") from None
    if not hasattr(module, attribute):
        raise SettingError(f"{what} {name!r}: no {attribute!r} in {path}", expected="package.module:function")
    return getattr(module, attribute)


@dataclass(frozen=True)
class Place:
    """Where in a registered function an error came up."""

    what: str
    name: str
    file: str
    line: int


def place_in_registered(trace: TracebackType | None, registries: Mapping[str, Mapping[str, str]]) -> Place | None:
    """The registered function an error passed through, and the deepest line of its own file; None where it met none.

    ``registries``: what such a thing is called in errors → its registry. Where one calls another, the one that was
    called first is meant: it chose what to hand on.
    """
    frames = [(frame.f_globals.get("__name__"), frame.f_code.co_filename, line) for frame, line in walk_tb(trace)]
    lines = [
        (line.partition(":")[0], what, name) for what, registry in registries.items() for name, line in registry.items()
    ]
    for module, file, _ in frames:
        named = [(what, name) for path, what, name in lines if path == module]
        if named:
            own = [line for other, _, line in frames if other == module]
            return Place(named[0][0], " or ".join(name for _, name in named), file, own[-1])
    return None
