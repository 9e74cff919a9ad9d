"""Functions by name: how a registry is read.

Belongs here: from a registry's line to the function it names. Does not: any registry (each stands in the package whose
methods it lists).

A registry's values are ``module:function``, imported when called for. So a new method is one file and one line, and
what nobody asks for costs no import.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
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
