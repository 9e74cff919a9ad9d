"""The errors a user can meet. Each names the thing, what was expected, and the remedy, on one line.

Belongs here: the exception classes, and telling a stop from an error. Does not: wording of a particular failure (that
stands where it is raised).
"""

from __future__ import annotations


class LabelingError(Exception):
    """Something a user can mend; ``exit_code`` is what the command line returns.

    >>> print(InputError("votes.csv: no column 'label'", expected="a column label or answer", remedy="rename a column"))
    votes.csv: no column 'label'; expected a column label or answer; rename a column
    """

    exit_code = 1

    def __init__(self, what: str, *, expected: str = "", remedy: str = "") -> None:
        self.what, self.expected, self.remedy = what, expected, remedy
        parts = [what, f"expected {expected}" if expected else "", remedy]
        super().__init__("; ".join(part for part in parts if part))


def plain_value(value: object) -> str:
    """A cell as an error shows it: 0.5 and 'x', never the class it is held in.

    >>> import numpy as np
    >>> plain_value(np.float64(0.5)), plain_value("x")
    ('0.5', "'x'")
    """
    item = getattr(value, "item", None)
    return repr(item() if callable(item) else value)


def is_interrupted(error: RuntimeError) -> bool:
    """Whether this is how DuckDB passes a signal on: it has no class of its own for that."""
    return str(error) == "Query interrupted"


class InputError(LabelingError):
    """A file, a frame or a call is wrong."""

    exit_code = 2


class SettingError(LabelingError):
    """A setting or an ontology file is wrong."""

    exit_code = 2


class InvariantError(LabelingError):
    """The work ran, but something that must always hold does not."""

    exit_code = 1


class WarehouseBusyError(LabelingError):
    """Another process held the warehouse longer than the bounded wait."""

    exit_code = 1
