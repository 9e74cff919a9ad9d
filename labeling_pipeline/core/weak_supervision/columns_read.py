"""Which columns a Python function can read. Belongs here: telling that from its source, or that it cannot be told.
Does not: what of a function counts for its hash (``code_hash``).

A function that names what it reads of a comment (`x.text`, `comments["text"]`) has the same vote whatever stands in
other columns. One that hands the comment on, as a whole, may read anything.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any

from labeling_pipeline.core.weak_supervision.stable_values import source_of

_SEE_ALL = {"dir", "eval", "exec", "locals", "vars"}  # what reaches a variable that no code names


def columns_read(function: Callable[..., Any], own: Callable[[str], bool]) -> frozenset[str] | None:
    """The columns that a function can read of its first argument; None where that cannot be told.

    It can where that argument is used in no other way than `x.column`, `x["column"]` and `len(x)`. `own(name)`: whether
    `x.name` is something else than a column.
    """
    tree = _definition(function)
    if tree is None:
        return None
    parameters = [*tree.args.posonlyargs, *tree.args.args]
    x = parameters[0].arg if parameters else ""
    named = [one for node in ast.walk(tree) if (one := _named(node, x, own)) is not None]
    told = {id(used) for used, _ in named}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and (node.id in _SEE_ALL or (node.id == x and id(node) not in told)):
            return None
    return frozenset(column for _, column in named if column)


def _definition(function: Callable[..., Any]) -> ast.FunctionDef | None:
    """The function's own definition; None where it has none, or stands before another function."""
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return None
    source = source_of(function)
    parts = [] if source is None else ast.parse(source).body
    tree = parts[0] if len(parts) == 1 else None
    return tree if isinstance(tree, ast.FunctionDef) and tree.name == function.__code__.co_name else None


def _named(node: ast.AST, x: str, own: Callable[[str], bool]) -> tuple[ast.expr, str] | None:
    """Where `x` stands in this part of the source, and the column it is asked for ("" for its length)."""
    if isinstance(node, ast.Attribute) and _is_x(node.value, x) and isinstance(node.ctx, ast.Load):
        return None if own(node.attr) or node.attr.startswith("_") else (node.value, node.attr)
    if isinstance(node, ast.Subscript) and _is_x(node.value, x) and isinstance(node.ctx, ast.Load):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return (node.value, key) if isinstance(key, str) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return (node.args[0], "") if len(node.args) == 1 and _is_x(node.args[0], x) else None
    return None


def _is_x(node: ast.expr, x: str) -> bool:
    return isinstance(node, ast.Name) and node.id == x
