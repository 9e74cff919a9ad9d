"""The command line called in this process: quicker than a shell, and an exception that is no exit fails the test.

Belongs here: calling it. Does not: what a shell alone can show (``end_to_end.homes.run_command``).
"""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from labeling_pipeline.cli import main


@dataclass(frozen=True)
class Called:
    """What a command ended with, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def exit_code(*arguments: object) -> int:
    """What one command ends with; what it says goes where it always goes."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def call(*arguments: object) -> Called:
    """One command, and what it says."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = exit_code(*arguments)
    return Called(code, out.getvalue(), err.getvalue())
