"""The command line. Belongs here: the list of commands and the way errors reach a user. Does not: what a command does.

Commands are loaded when they are called, so that an idle ``run`` answers without importing pandas or Dagster.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from types import TracebackType
from typing import NoReturn

import click

from labeling_pipeline import __version__
from labeling_pipeline.core.errors import LabelingError, is_interrupted
from labeling_pipeline.core.registry import place_in_registered

COMMANDS: dict[str, str] = {
    "init": "labeling_pipeline.cli.home:init_command",
    "run": "labeling_pipeline.cli.run:run_command",
    "ui": "labeling_pipeline.cli.run:ui_command",
    "status": "labeling_pipeline.cli.home:status_command",
    "explain": "labeling_pipeline.cli.home:explain_command",
    "plan": "labeling_pipeline.cli.plan:plan_command",
    "quality": "labeling_pipeline.cli.quality:quality_command",
    "slices": "labeling_pipeline.cli.slices:slices_group",
    "queue": "labeling_pipeline.cli.home:queue_group",
    "check": "labeling_pipeline.cli.check:check_command",
    "gold": "labeling_pipeline.cli.gold:gold_group",
    "consensus": "labeling_pipeline.cli.consensus:consensus_command",
    "agreement": "labeling_pipeline.cli.agreement:agreement_command",
    "annotators": "labeling_pipeline.cli.annotators:annotators_command",
    "select": "labeling_pipeline.cli.select:select_command",
    "weak-label": "labeling_pipeline.cli.weak_supervision:weak_label_command",
    "lf-report": "labeling_pipeline.cli.weak_supervision:lf_report_command",
    "label-model": "labeling_pipeline.cli.label_model:label_model_command",
    "simulate": "labeling_pipeline.cli.simulate:simulate_command",
    "exports": "labeling_pipeline.cli.exports:exports_command",
}

STOPPED = "stopped; what was done is kept, and the next run goes on from there"


class LazyGroup(click.Group):
    """A group whose commands are imported when named; help imports all of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Who reads may stop reading: that is no failure, whichever of the libraries notices it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _end_quietly()
        except SystemExit as ended:
            if not isinstance(ended.__context__, BrokenPipeError):
                raise
            _end_quietly()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="labeling-pipeline")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def group(ctx: click.Context, debug: bool) -> None:
    """Raw comments in, labels a model may learn from out."""
    ctx.obj = {"debug": debug}


def main(argv: list[str] | None = None) -> None:
    """Run a command; whatever goes wrong is one line on stderr and an exit code, never a traceback without --debug."""
    given = sys.argv[1:] if argv is None else argv
    is_debug = "--debug" in given  # wherever it stands
    if not is_debug:
        sys.excepthook = _say_unexpected
    try:
        words = [one for one in given if one != "--debug"]
        ended = group.main(words, prog_name="labeling-pipeline", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(ended if isinstance(ended, int) else 0)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "labeling-pipeline"
        _fail(f"{error.format_message().rstrip('.')}; see {where} --help", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(STOPPED, 130)
    except RuntimeError as error:
        if not is_interrupted(error):
            raise
        _fail(STOPPED, 130)
    except BrokenPipeError:  # whoever read the output has seen enough
        _end_quietly()
    except LabelingError as error:
        if is_debug:
            traceback.print_exc()
        _fail(str(error), error.exit_code)


def _end_quietly() -> NoReturn:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    sys.exit(0)


def _fail(said: str, exit_code: int) -> None:
    click.echo(f"error: {' '.join(said.split())}", err=True)
    sys.exit(exit_code)


def _say_unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error nobody foresaw, on one line; nothing is swallowed, the process ends with it."""
    first = (str(error).splitlines() or [""])[0]
    place = place_in_registered(trace, _registries())
    if place is None:
        click.echo(f"error: unexpected {kind.__name__}: {first}; please report it, with what --debug prints", err=True)
        return
    where = f"{os.path.relpath(place.file)}, line {place.line}"
    click.echo(
        f"error: {place.what} {place.name} failed in {where}: {kind.__name__}: {first}; if that file is yours, mend it "
        "there (--debug prints every step); if it came with the package, please report it",
        err=True,
    )


def _registries() -> dict[str, dict[str, str]]:
    """What users add to, by what one of it is called."""
    from labeling_pipeline.core.consensus import METHODS
    from labeling_pipeline.core.selection import STRATEGIES
    from labeling_pipeline.core.weak_supervision import LABEL_MODELS
    from labeling_pipeline.platforms import PLATFORMS

    return {
        "consensus method": METHODS,
        "strategy": STRATEGIES,
        "label model": LABEL_MODELS,
        "platform": PLATFORMS,
    }
