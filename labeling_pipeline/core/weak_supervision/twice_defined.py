"""Labeling functions that a later one of the same name has replaced. Belongs here: finding them in a file's source.
Does not: loading the file (``loading``), two different functions that were given one name (``functions.LFSet``).
"""

from __future__ import annotations

import ast
from types import ModuleType
from typing import Any

from labeling_pipeline.core.weak_supervision.functions import batch_labeling_function, labeling_function


def replaced_function(source: str, module: ModuleType) -> tuple[str, int, int] | None:
    """Name and lines of a decorated labeling function at the top of the file, and of what defines its name again.

    Python keeps the second alone: without this, a function would be gone and nobody told.
    """
    seen: dict[str, int] = {}
    for part in ast.parse(source).body:
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if part.name in seen:
            return part.name, seen[part.name], part.lineno
        if any(_makes_functions(decorator, module) for decorator in part.decorator_list):
            seen[part.name] = part.lineno
    return None


def _makes_functions(decorator: ast.expr, module: ModuleType) -> bool:
    """Whether this is one of our decorators or Snorkel's, by whatever name it was imported."""
    value = _value(decorator.func if isinstance(decorator, ast.Call) else decorator, module)
    is_snorkels = str(getattr(value, "__module__", "")).startswith("snorkel.labeling.lf")
    return value is labeling_function or value is batch_labeling_function or is_snorkels


def _value(expression: ast.expr, module: ModuleType) -> Any:
    """What a name, plain or with dots, stands for in the module; None for anything else."""
    if isinstance(expression, ast.Name):
        return vars(module).get(expression.id)
    if isinstance(expression, ast.Attribute):
        return getattr(_value(expression.value, module), expression.attr, None)
    return None
