"""Options, and plain values for JSON, that several commands share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeling_pipeline.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

home_option = click.option("--home", help="The home (default: LABELING_HOME, else data).")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain values for JSON, each figure as it is; None where a cell is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    made: list[dict[str, Any]] = json.loads(json.dumps(plain.to_dict("records"), default=lambda value: value.item()))
    return made


@contextmanager
def naming(*paths: Path | None) -> Iterator[None]:
    """An InputError about what was read from these files names them; core speaks of frames and knows no paths."""
    try:
        yield
    except InputError as error:
        given = [str(path) for path in paths if path is not None]
        if any(path in error.what for path in given):
            raise
        what = f"{', '.join(given)}: {error.what}"
        raise InputError(what, expected=error.expected, remedy=error.remedy) from error
