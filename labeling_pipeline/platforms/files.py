"""The platform that is a folder: work goes out as csv and jsonl, answers come back through the inbox.

Belongs here: the task files a vendor gets. Does not: the answers (they are dropped into ``inbox/`` by people).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ontology import Question
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.platforms import Work
from labeling_pipeline.platforms.deliver import csv_lines

# Lies beside the sheets: what to fill in, in the words of whoever opens one for the first time.
HOW_TO = """\
# Sheets to fill in

`tasks/round-NNNN/NAME.csv` is for the annotator of that name alone, `tasks/round-NNNN.csv` for whomever you ask. A
sheet asks one question about one comment in every row. Write into

- `answer`: one of the words in `one_of`, as it stands there;
- `annotator_id`, where it is empty: who answered; a name or a number, the same one every time.

Where `annotator_id` is empty, every comment is there as often as answers are wanted, numbered in `answer_number`. Rows
of one number are for one person: give each number to somebody else, since two answers of one person count once.

Leave the other columns as they are and drop the file into `inbox/votes`. Rows left empty are not lost: they still wait,
and a sheet may be dropped again with more of them filled in. The `.jsonl` file beside it is the same work for programs.
"""
SAFE, UNSAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}"), re.compile(r"[^A-Za-z0-9_.-]")
PART = re.compile(r"\..+\.(csv|jsonl)\.part")  # left by a run that was killed
TWIN = {".csv": "jsonl", ".jsonl": "csv"}
SHOWN = {
    "crowd": ("assignment_id", "comment_id", "text", "annotator_id"),
    "expert": ("comment_id", "text", "context", "expert_id"),
}


class FilesPlatform:
    """Writes ``outbox/tasks/round-NNNN.csv`` and ``.jsonl``: honeypots look like all else, shuffled in.

    Where annotators are named, everyone has a file of their own, ``round-NNNN/NAME.csv``: side by side, rows would tell
    honeypots by being there more or less often than comments.
    """

    def __init__(self, root: Path, seed: int = 0) -> None:
        self.tasks, self.seed = root / "outbox" / "tasks", seed

    def publish(self, work: Work) -> list[Path]:
        """The csv has a row per answer to fill in and goes back as it is; the jsonl a line per assignment.

        Where nobody is named, a line is a comment, and ``answers_wanted`` says of how many people.
        """
        screens = screen_frame(work, self.seed)
        stem = _name(work.labeling_round) + (f"-part-{work.part}" if work.part > 1 else "")
        self.tasks.mkdir(parents=True, exist_ok=True)
        _write_whole(self.tasks.parent / "README.md", HOW_TO.encode("utf-8"))
        sheet = answer_sheet(work, screens)
        # Of all at once: a frame each for hundreds of people takes longer than one for all.
        (header, rows), lines = csv_lines(sheet), _json_lines(work, screens)
        if work.kind == "expert" or (screens["annotator_id"] == "").all():
            return _write_sheet(self.tasks / stem, [header, *rows], lines)
        names = file_names(screens["annotator_id"].unique().tolist())
        (self.tasks / stem).mkdir(exist_ok=True)
        rows_of, lines_of = (frame.groupby("annotator_id").indices for frame in (sheet, screens))
        own = [
            _write_sheet(
                self.tasks / stem / names[str(who)],
                [header, *(rows[row] for row in rows_of[who])],
                [lines[row] for row in lines_of[who]],
            )
            for who in sorted(rows_of, key=str)
        ]
        written = [path for paths in own for path in paths]
        for path in sorted(set(_ours_in(self.tasks / stem)) - set(written)):
            path.unlink()  # of a run that was killed while it wrote, for people who were known then
        return written

    def collect(self, work: Work, now: datetime) -> list[Path]:
        """Nothing: answers come back as files that people drop into the inbox."""
        return []

    def cancel(self, labeling_round: int) -> list[Path]:
        """Take the round's files out of the outbox; what somebody else put beside them stays."""
        name = _name(labeling_round)
        found = [path for path in sorted(self.tasks.glob(f"{name}*")) if path.stem.split("-part-")[0] == name]
        folders = [path for path in found if path.is_dir()]
        withdrawn = [path for path in found if path.is_file() and is_ours(path)]
        withdrawn += [path for folder in folders for path in _ours_in(folder)]
        for path in withdrawn:
            path.unlink()
        for folder in folders:
            if not any(folder.iterdir()):
                folder.rmdir()
        return withdrawn


def is_ours(path: Path) -> bool:
    """Whether a csv or jsonl file is this platform's: it then has the other beside it, or the other's part.

    People save their own beside their sheets, under whatever name.
    """
    twin = f"{path.stem}.{TWIN.get(path.suffix, '')}"
    return path.suffix in TWIN and any(path.with_name(name).is_file() for name in (twin, f".{twin}.part"))


def _ours_in(folder: Path) -> list[Path]:
    files = [path for path in folder.iterdir() if path.is_file()]
    return sorted(path for path in files if PART.fullmatch(path.name) or is_ours(path))


def _name(labeling_round: int) -> str:
    return f"round-{labeling_round:04d}"


def file_names(annotators: list[str]) -> dict[str, str]:
    """A file name for each, which says who; with a hash where the id cannot be one, or another differs in case alone.

    >>> file_names(["ann", "b/c"])
    {'ann': 'ann', 'b/c': 'b_c-b9e2beb9'}
    """
    lower = Counter(one.lower() for one in annotators)
    plain = {one for one in annotators if SAFE.fullmatch(one) and lower[one.lower()] == 1}
    return {one: one if one in plain else f"{UNSAFE.sub('_', one)[:40]}-{_short_hash(one)}" for one in annotators}


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _json_lines(work: Work, screens: pd.DataFrame) -> list[str]:
    questions = [
        {"id": q.id, "text": q.text, "answers": list(work.ontology.answers(q.id))} for q in asked_questions(work)
    ]
    told = {"blur": work.blur, "answers_wanted": work.answers, "questions": questions}
    # The same on every line, and longer than the rest of it: made once.
    end = json.dumps(told, ensure_ascii=False)[1:]
    return [f"{json.dumps(one, ensure_ascii=False)[:-1]}, {end}\n" for one in screens.to_dict("records")]


def _write_sheet(stem: Path, rows: list[str], lines: list[str]) -> list[Path]:
    csv, jsonl = (stem.with_name(f"{stem.name}.{ending}") for ending in ("csv", "jsonl"))
    parts = [_write_part(path, "".join(text).encode("utf-8")) for path, text in ((csv, rows), (jsonl, lines))]
    for part, path in zip(parts, (csv, jsonl), strict=True):  # wherever a run is killed, each is known by the other
        os.replace(part, path)
    return [csv, jsonl]


def screen_frame(work: Work, seed: int = 0) -> pd.DataFrame:
    """What annotators get to see, a row per screen: no honeypot mark, shuffled by ids and seed alone.

    Raises InputError when a needed column is missing.
    """
    shown = [name for name in SHOWN[work.kind] if name in work.items or name != "context"]
    if missing := [name for name in shown if name not in work.items]:
        raise InputError(f"round {work.labeling_round}: work without {', '.join(missing)}", expected=", ".join(shown))
    frame = work.items[shown].astype(object).where(work.items[shown].notna(), "").astype(str)
    keys = frame["comment_id"] + "|" + frame[shown[-1]]
    frame = frame.iloc[unit_hash(keys, seed).argsort(kind="stable")].reset_index(drop=True)
    frame.insert(0, "labeling_round", work.labeling_round)
    return frame.assign(schema_version=work.ontology.schema_version)


def answer_sheet(work: Work, screens: pd.DataFrame) -> pd.DataFrame:
    """The screens with cells to fill in, in the columns of inbox/votes or inbox/verdicts.

    Crowd: a row per question, ``answer`` empty; where nobody is named, a row per answer wanted, too, numbered so that
    the rows of one number are for one person. Expert: ``label`` and ``note`` empty.
    """
    if work.kind == "expert":
        return screens.assign(label="", note="")
    if work.answers > 1:
        numbers = pd.DataFrame({"answer_number": range(1, work.answers + 1)})
        screens = numbers.merge(screens, how="cross")[[*screens.columns, "answer_number"]]
    asked = asked_questions(work)
    questions = pd.DataFrame(
        {
            "question": [q.id for q in asked],
            "question_text": [q.text for q in asked],
            "one_of": [" | ".join(work.ontology.answers(q.id)) for q in asked],
        }
    )
    return screens.merge(questions, how="cross").assign(answer="")


def asked_questions(work: Work) -> list[Question]:
    """The crowd answers every question; an expert decides the direct one."""
    direct = work.ontology.direct_question
    return [direct] if work.kind == "expert" and direct else list(work.ontology.questions)


def _write_whole(path: Path, content: bytes) -> None:
    os.replace(_write_part(path, content), path)


def _write_part(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    return part
