"""What annotators are asked: classes, questions, guideline, and the rule that composes answers into a class.

Belongs here: the ontology file, its checks, its hashes, and which version is in force when. Does not: composing answers
(``core.composition``), or moving labels from one version to another.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from labeling_pipeline.core.composition import ESCALATE, NONE_OF_THESE, UNSURE, Rule, TruthTable, build_truth_table
from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.ontology_checks import check_content, check_versions, explain
from labeling_pipeline.core.toml_text import syntax_error

SPECIAL_ANSWERS = (UNSURE, NONE_OF_THESE)
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=64)]
Text = Annotated[str, Field(min_length=1), AfterValidator(str.strip)]


def as_utc(at: datetime) -> datetime:
    """The instant as the warehouse keeps it: UTC, without a zone. A time without a zone is taken to be UTC."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClassSpec(_Frozen):
    """One class; ``severity`` orders the classes, where all of them have one (0 is harmless).

    ``action`` says what production does with a comment of this class; it is for readers, nothing here acts on it.
    """

    id: Name
    name: Text
    definition: Text
    severity: int | None = None
    action: str | None = None


class Question(_Frozen):
    """One question; ``answers`` is "classes" for the direct question, else the list of its answers.

    ``unsure`` and ``none_of_these`` are answers that may be given besides. ``context_when``: the answers that say the
    comment cannot be judged without its context.
    """

    id: Name
    text: Text
    answers: Literal["classes"] | tuple[Name, ...]
    unsure: bool = True
    none_of_these: bool = False
    context_when: tuple[Name, ...] = ()

    @property
    def is_direct(self) -> bool:
        return self.answers == "classes"

    @property
    def special_answers(self) -> tuple[str, ...]:
        return tuple(a for a, on in ((UNSURE, self.unsure), (NONE_OF_THESE, self.none_of_these)) if on)


class RuleSpec(_Frozen):
    """``when`` names answers by question (one, or a list of them); ``label`` is a class or "escalate"."""

    when: dict[str, Name | tuple[Name, ...]] = {}
    label: Name

    def rule(self) -> Rule:
        when = {q: (a,) if isinstance(a, str) else tuple(a) for q, a in self.when.items()}
        return Rule(tuple(when.items()), self.label)


class Composition(_Frozen):
    """The rules in order; the first that matches decides."""

    rules: tuple[RuleSpec, ...] = Field(min_length=1)


class Ontology(_Frozen):
    """One schema version. Made by `parse_ontology`; immutable, compared and stored by ``ontology_hash``."""

    schema_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)]
    effective_at: Annotated[datetime, AfterValidator(as_utc)]
    approved_by: Text
    reason: Text
    guideline: Text
    class_specs: tuple[ClassSpec, ...] = Field(alias="classes", min_length=2)
    questions: tuple[Question, ...] = Field(min_length=1)
    composition: Composition | None = None
    _source: str = PrivateAttr("")
    _document: str = PrivateAttr("")

    @property
    def source(self) -> str:
        """The file it was read from."""
        return self._source

    @property
    def document(self) -> str:
        """The file's text, as read."""
        return self._document

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ontology) and self.ontology_hash == other.ontology_hash

    def __hash__(self) -> int:
        return hash(self.ontology_hash)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Class ids in the file's order: the order of every probability column."""
        return tuple(spec.id for spec in self.class_specs)

    @cached_property
    def class_names(self) -> dict[str, str]:
        """Class id → the name shown to people."""
        return {spec.id: spec.name for spec in self.class_specs}

    @cached_property
    def severity(self) -> dict[str, int] | None:
        """Class id → severity, where the classes are ordered."""
        given = {spec.id: spec.severity for spec in self.class_specs if spec.severity is not None}
        return given or None

    @cached_property
    def direct_question(self) -> Question | None:
        """The question answered with a class."""
        return next((q for q in self.questions if q.is_direct), None)

    @cached_property
    def atomic_questions(self) -> tuple[Question, ...]:
        return tuple(q for q in self.questions if not q.is_direct)

    def question(self, question_id: str) -> Question:
        for question in self.questions:
            if question.id == question_id:
                return question
        known = ", ".join(q.id for q in self.questions)
        raise InputError(f"ontology {self.schema_version}: no question {question_id!r}", expected=known)

    def values(self, question_id: str) -> tuple[str, ...]:
        """What the answer can be when it is decided: the classes, or the question's own answers."""
        question = self.question(question_id)
        return self.classes if question.answers == "classes" else question.answers

    def answers(self, question_id: str) -> tuple[str, ...]:
        """Everything an annotator may answer: `values`, then ``unsure`` and ``none_of_these`` where allowed."""
        return self.values(question_id) + self.question(question_id).special_answers

    @cached_property
    def table(self) -> TruthTable | None:
        """The truth table of the composition rule over the atomic questions, in their order."""
        if self.composition is None:
            return None
        axes = tuple((q.id, self.answers(q.id)) for q in self.atomic_questions)
        rules = [spec.rule() for spec in self.composition.rules]
        return build_truth_table(axes, self.classes, rules, self.source or self.schema_version)

    def truth_table(self) -> pd.DataFrame:
        """Every combination of atomic answers with its ``label`` and ``rule``; empty without a composition rule."""
        return pd.DataFrame(columns=["label", "rule"]) if self.table is None else self.table.frame()

    @cached_property
    def guideline_hash(self) -> str:
        """sha256 of what annotators are told: guideline, class names and definitions, question texts and answers."""
        told = {
            "guideline": self.guideline,
            "classes": [[c.id, c.name, c.definition] for c in self.class_specs],
            "questions": [[q.id, q.text, list(self.answers(q.id))] for q in self.questions],
        }
        return _sha256(told)

    @cached_property
    def ontology_hash(self) -> str:
        """sha256 of the whole content, normalised: comments, layout and key order of the file do not matter."""
        return _sha256(self.model_dump(mode="json", by_alias=True))


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def parse_ontology(text: str, source: str) -> Ontology:
    """The ontology in a TOML text; ``source`` names the file in messages.

    Raises SettingError that says which key, what was expected and what to write.

    >>> ontology = parse_ontology(EXAMPLE, "v1.toml")
    >>> ontology.classes, ontology.direct_question.id
    (('fine', 'spam'), 'label')
    """
    text = text.replace("\r\n", "\n")
    try:
        content = tomllib.loads(text)
        ontology = Ontology.model_validate(content)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(text, source, error) from error
    except ValidationError as error:
        raise explain(error, content, Ontology, source) from error
    ontology._source, ontology._document = source, text
    check_content(ontology, source)
    _ = ontology.table  # built now, so that a rule that is not total is named at load and not when first used
    return ontology


def load_ontologies(folder: str | Path) -> tuple[Ontology, ...]:
    """All versions in a folder's ``*.toml``, earliest ``effective_at`` first; retired versions stay.

    Raises SettingError when there is none, or two files claim one schema_version or one instant.
    """
    files = sorted(Path(folder).glob("*.toml"))
    if not files:
        raise SettingError(
            f"{folder}: no ontology file", expected="at least one .toml", remedy="labeling-pipeline init"
        )
    loaded = sorted((_read(path) for path in files), key=lambda o: (o.effective_at, o.schema_version))
    check_versions(loaded)
    return tuple(loaded)


def _read(path: Path) -> Ontology:
    try:
        return parse_ontology(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise SettingError(f"{path}: byte {error.start} is not UTF-8", remedy="save the file as UTF-8") from error


def in_force(ontologies: Sequence[Ontology], at: datetime) -> Ontology | None:
    """The version whose ``effective_at`` is the latest not after ``at``; None before the first."""
    instant = as_utc(at)
    return max((o for o in ontologies if o.effective_at <= instant), key=lambda o: o.effective_at, default=None)


def by_version(ontologies: Sequence[Ontology], schema_version: str) -> Ontology:
    """The ontology of a schema version; InputError names those there are."""
    for ontology in ontologies:
        if ontology.schema_version == schema_version:
            return ontology
    known = ", ".join(o.schema_version for o in ontologies)
    raise InputError(f"schema_version {schema_version!r} is not in ontology/", expected=known)


EXAMPLE = """
schema_version = "v1"
effective_at = 2026-01-01T00:00:00Z
approved_by = "policy team"
reason = "first version"
guideline = "Mark unsolicited advertising as spam."
[[classes]]
id = "fine"
name = "fine"
definition = "Anything that is not spam."
[[classes]]
id = "spam"
name = "spam"
definition = "Unsolicited advertising."
[[questions]]
id = "label"
text = "Is this comment spam?"
answers = "classes"
"""

__all__ = [
    "ESCALATE",
    "NONE_OF_THESE",
    "SPECIAL_ANSWERS",
    "UNSURE",
    "ClassSpec",
    "Ontology",
    "Question",
    "as_utc",
    "by_version",
    "in_force",
    "load_ontologies",
    "parse_ontology",
]
