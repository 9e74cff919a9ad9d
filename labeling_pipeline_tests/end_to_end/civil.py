"""A home for the civil_comments data, made as the docs say: ``init``, an ontology file, files dropped in."""

from __future__ import annotations

import csv
from pathlib import Path

from labeling_pipeline_tests.end_to_end.homes import REAL_DATA, run_command

CIVIL = REAL_DATA / "civil_comments"
CLASSES = ("not_toxic", "insult", "identity_attack", "profane", "threat", "other_toxic")


def ontology() -> str:
    """Six classes, one direct question."""
    classes = "\n".join(f'[[classes]]\nid = "{c}"\nname = "{c}"\ndefinition = "See the guideline."' for c in CLASSES)
    return f"""schema_version = "v1"
effective_at = 2000-01-01T00:00:00Z
approved_by = "nobody yet"
reason = "first version"
guideline = "Choose the class that describes the comment best."
{classes}
[[questions]]
id = "label"
text = "Which class describes the comment best?"
answers = "classes"
"""


def civil_home(folder: Path, n_comments: int | None = None) -> Path:
    """A new home with the first ``n_comments`` comments and their votes in its inbox (all of them by default)."""
    given = folder.with_suffix(".toml")
    given.write_text(ontology(), encoding="utf-8")
    made = run_command("init", str(folder), "--ontology", str(given))
    if made.returncode != 0:
        raise RuntimeError(made.stderr)
    kept = _copy(CIVIL / "comments.csv", folder / "inbox/comments/comments.csv", None, n_comments)
    _copy(CIVIL / "votes.csv", folder / "inbox/votes/votes.csv", kept, None)
    _copy(CIVIL / "annotators.csv", folder / "inbox/annotators/annotators.csv", None, None)
    return folder


def _copy(source: Path, target: Path, kept: set[str] | None, limit: int | None) -> set[str]:
    with source.open(newline="", encoding="utf-8") as read, target.open("w", newline="", encoding="utf-8") as write:
        rows, out = csv.reader(read), csv.writer(write)
        out.writerow(next(rows))
        ids: set[str] = set()
        for number, row in enumerate(rows):
            if limit is not None and number >= limit:
                break
            if kept is None or row[0] in kept:
                out.writerow(row)
                ids.add(row[0])
    return ids
