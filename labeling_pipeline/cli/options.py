"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from labeling_pipeline.core.errors import InputError

home_option = click.option("--home", help="The home (default: LABELING_HOME, else data).")


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
