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


class FileCommand(click.Command):
    """A command that reads files and writes others (`-o`, `--…-out`): never over one of those it was given."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; InputError where two of its files are one."""
        given = [(p, v) for p in self.get_params(ctx) if isinstance(v := ctx.params.get(str(p.name)), Path)]
        written = [one for one in given if _is_written(one[0])]
        for place, (parameter, path) in enumerate(written):
            others = [one for one in given if not _is_written(one[0])] + written[:place]
            same = next((other for other in others if is_same(path, other[1])), None)
            if same is not None:
                said = f"{_named(parameter)} {path} would overwrite {_named(same[0])} {same[1]}"
                raise InputError(said, remedy="write to another file")
        return super().invoke(ctx)


def _is_written(parameter: click.Parameter) -> bool:
    name = str(parameter.name)
    return name in ("output", "out") or name.endswith("_out")


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, there or not."""
    both_there = one.exists() and other.exists()
    return one.samefile(other) if both_there else one.resolve() == other.resolve()


def _named(parameter: click.Parameter) -> str:
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name


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
