"""What a command writes is never a file it was given."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

from labeling_pipeline.cli import COMMANDS, group
from labeling_pipeline_tests.calls import call


def leaves(command: click.Command, words: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        return [(words, command)]
    return [found for name, sub in command.commands.items() for found in leaves(sub, (*words, name))]


def is_output(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and ("-o" in parameter.opts or parameter.opts[-1].endswith("-out"))


def is_input(parameter: click.Parameter) -> bool:
    return isinstance(parameter.type, click.Path) and not is_output(parameter)


CASES = [
    (words, output, given)
    for name in COMMANDS
    for words, command in leaves(group.get_command(click.Context(group), name), (name,))  # type: ignore[arg-type]
    for output in command.params
    if is_output(output)
    for given in command.params
    if is_input(given)
]


def arguments(words: tuple[str, ...], output: click.Parameter, given: click.Parameter, path: str) -> list[str]:
    """The call, complete, with one path for what is read and what is written."""
    command: click.Command = group
    for word in words:
        command = command.get_command(click.Context(command), word)  # type: ignore[attr-defined]
    said = list(words)
    for parameter in command.params:
        same = parameter is output or parameter is given
        if isinstance(parameter, click.Argument):
            said.append(path if same else "absent.csv")
        elif same or parameter.required:
            said += [parameter.opts[0], path if same else "7" if parameter.type is click.INT else "other.csv"]
    return said


@pytest.mark.parametrize(("words", "output", "given"), CASES, ids=lambda case: getattr(case, "name", None))
def test_every_command_refuses_to_write_over_what_it_reads(
    words: tuple[str, ...],
    output: click.Parameter,
    given: click.Parameter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = b"comment_id,text\nc1,tea\n"
    Path("mine.csv").write_bytes(before)
    ended = call(*arguments(words, output, given, "mine.csv"))
    named = given.opts[0] if isinstance(given, click.Option) else given.human_readable_name
    assert ended.returncode == 2
    assert f"{output.opts[0]} mine.csv would overwrite {named} mine.csv" in ended.stderr
    assert Path("mine.csv").read_bytes() == before


def test_there_are_commands_to_test() -> None:
    assert {words[0] for words, _, _ in CASES} >= {
        "consensus",
        "weak-label",
        "lf-report",
        "label-model",
        "check",
        "gold",
    }


def test_a_file_under_another_name_is_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("votes.csv").write_text("id,a,b\n1,0,1\n2,1,1\n")
    Path("link.csv").symlink_to("votes.csv")
    assert call("label-model", "votes.csv", "-o", "link.csv").returncode == 2
    assert call("label-model", "./votes.csv", "-o", str(tmp_path / "votes.csv")).returncode == 2
    shutil.copy("votes.csv", "gold.csv")
    assert call("label-model", "votes.csv", "-o", "labels.csv").returncode == 0
    assert call("label-model", "votes.csv", "-o", "labels.csv").returncode == 0, "an older result may be written over"


def test_two_results_cannot_be_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("votes.csv").write_text("task,annotator,label\nt,a,x\nt,b,y\n")
    ended = call("consensus", "votes.csv", "-o", "out.csv", "--annotators-out", "./out.csv")
    assert ended.returncode == 2
    assert "--annotators-out out.csv would overwrite -o out.csv" in ended.stderr
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("command", ["weak-label", "lf-report"])
@pytest.mark.parametrize("functions", ["lfs.toml", "lfs.py"])
def test_nor_is_a_file_that_labeling_functions_are_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, functions: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("comments.csv").write_text("comment_id,text\nc1,tea\nc2,water\n")
    Path("words.csv").write_text("tea\n")
    Path("lfs.toml").write_text(
        'classes = ["no", "yes"]\n[[lf]]\nname = "word"\nkind = "glossary"\nfile = "words.csv"\nlabel = "yes"\n'
    )
    Path("lfs.py").write_text(
        "from labeling_pipeline.core.weak_supervision import labeling_function\n"
        "classes, WORDS = ['no', 'yes'], open('words.csv').read().split()\n"
        "@labeling_function()\ndef word(x): return 1 if x.text in WORDS else -1\n"
    )
    ended = call(command, "comments.csv", "--lfs", functions, "-o", "words.csv")
    assert ended.returncode == 2
    assert f"-o words.csv would overwrite {tmp_path.resolve() / 'words.csv'}, which {functions} reads" in ended.stderr
    assert Path("words.csv").read_text() == "tea\n"
