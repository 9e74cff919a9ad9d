"""What can be wrong in an ontology file, said so that the reader knows what to write.

Belongs here: checks over several keys, and turning validation errors into one line. Does not: the composition rule's
own checks (``core.composition``).
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from labeling_pipeline.core.composition import ESCALATE, NONE_OF_THESE, UNSURE
from labeling_pipeline.core.errors import SettingError

if TYPE_CHECKING:
    from labeling_pipeline.core.ontology import Ontology, Question

RESERVED = (UNSURE, NONE_OF_THESE, ESCALATE)


def explain(error: ValidationError, content: dict[str, Any], model: type[BaseModel], source: str) -> SettingError:
    """The first validation error as one line: file, key, what was expected, what to write."""
    # A key that is not known comes first: it is usually the misspelt twin of one that is missing.
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    # A union reports its branches as path parts ("classes", "tuple"); only keys and positions are the reader's.
    where = _path(first["loc"], content)
    if first["type"] == "missing":
        key = where.rsplit(".", 1)[-1]
        return SettingError(f"{source}: {where} is missing", remedy=f"write {key} = {_EXAMPLES.get(key, '…')}")
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        close = difflib.get_close_matches(name, _known_keys(model), 1, 0.75)
        remedy = f"write {close[0]}" if close else "delete it"
        return SettingError(f"{source}: {where} is not a key here", remedy=remedy)
    given = repr(first["input"])
    shown = given if len(given) <= 60 else given[:57] + "…"
    expected = _EXPECTED.get(first["type"], str(first["msg"]))
    if first["type"] == "string_pattern_mismatch":
        expected = _PATTERNS.get(str(first["loc"][-1]), _PATTERNS["id"])
    return SettingError(f"{source}: {where} = {shown}", expected=expected)


_PATTERNS = {
    "id": 'small letters, digits and _ only, such as "non_toxic"',
    "schema_version": 'letters, digits, dot, dash and _ only, such as "v2"',
}
_EXAMPLES = {
    "schema_version": '"v2"',
    "effective_at": "2026-03-02T00:00:00Z",
    "approved_by": '"policy team"',
    "reason": '"why this version was made"',
    "guideline": '"what annotators are told"',
    "id": '"non_toxic"',
    "name": '"non-toxic"',
    "definition": '"what belongs to this class"',
    "text": '"Which class describes the comment best?"',
    "answers": '"classes", or a list such as ["yes", "no"]',
    "label": 'a class, or "escalate"',
    "classes": "at least two tables [[classes]]",
    "questions": "at least one table [[questions]]",
    "rules": '[{ when = { slur = "yes" }, label = "hate" }]',
}
_EXPECTED = {
    "datetime_type": "a time such as 2026-03-02T00:00:00Z",
    "datetime_from_date_parsing": "a time such as 2026-03-02T00:00:00Z",
    "datetime_parsing": "a time such as 2026-03-02T00:00:00Z",
    "literal_error": 'answers = "classes", or a list such as ["yes", "no"]',
    "string_too_short": "a text that is not empty",
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "too_short": "at least as many entries as a choice needs (two classes, one question, one rule)",
}


def check_versions(loaded: Sequence[Ontology]) -> None:
    """Raises SettingError when two files claim one schema_version, or one instant from which they count."""
    times: dict[datetime, str] = {}
    versions: dict[str, str] = {}
    for ontology in loaded:
        source, version, at = ontology.source, ontology.schema_version, ontology.effective_at
        if version in versions:
            raise SettingError(
                f"{source}: schema_version: {version!r} is also that of {versions[version]}",
                remedy="give the newer file a name of its own",
            )
        if at in times:
            raise SettingError(
                f"{source}: effective_at is also that of {times[at]}",
                expected="one version in force at a time",
                remedy=f"write from when on this one counts: a time after {at:%Y-%m-%dT%H:%M:%SZ}",
            )
        versions[version] = times[at] = source


def _path(loc: tuple[int | str, ...], content: Any) -> str:
    path, here = "", content
    for part in loc:
        if isinstance(part, int):
            path, here = f"{path}[{part + 1}]", here[part] if isinstance(here, list) and part < len(here) else None
        elif isinstance(here, dict):
            path, here = f"{path}.{part}" if path else part, here.get(part)
    return path or "the file"


def _known_keys(model: type[BaseModel]) -> list[str]:
    from labeling_pipeline.core import ontology

    models = (model, ontology.ClassSpec, ontology.Question, ontology.RuleSpec, ontology.Composition)
    return sorted({field.alias or name for m in models for name, field in m.model_fields.items()})


def check_content(ontology: Ontology, source: str) -> None:
    """Everything that needs more than one key to see. Raises SettingError naming the key."""
    _distinct((c.id for c in ontology.class_specs), "classes", source)
    _distinct((c.name for c in ontology.class_specs), "classes.name", source)
    _distinct((q.id for q in ontology.questions), "questions", source)
    for spec in ontology.class_specs:
        _not_reserved(spec.id, f"classes.{spec.id}.id", source)
    _check_severity(ontology, source)
    if sum(q.is_direct for q in ontology.questions) > 1:
        raise SettingError(
            f'{source}: questions: two have answers = "classes"',
            expected="at most one direct question",
            remedy="give one of them its own list of answers",
        )
    for question in ontology.questions:
        _check_question(question, ontology, source)
    if ontology.direct_question is None and ontology.composition is None:
        raise SettingError(
            f"{source}: composition is missing",
            expected="a rule from the atomic answers to a class",
            remedy='write [composition] rules = [{ when = …, label = … }], or a question with answers = "classes"',
        )
    if ontology.composition is not None:
        _check_rules(ontology, source)


def _check_severity(ontology: Ontology, source: str) -> None:
    without = [spec.id for spec in ontology.class_specs if spec.severity is None]
    if without and len(without) < len(ontology.class_specs):
        raise SettingError(
            f"{source}: classes.{without[0]}.severity is missing",
            expected="a severity for every class, or for none",
            remedy="write severity = 0, 1, 2 …",
        )


def _check_question(question: Question, ontology: Ontology, source: str) -> None:
    where = f"{source}: questions.{question.id}"
    if question.answers != "classes":
        if question.id in ("label", "rule"):
            # They are the columns of the truth table beside the questions'.
            raise SettingError(f"{where}.id is a word of its own", expected="another id for an atomic question")
        _distinct(question.answers, f"questions.{question.id}.answers", source)
        if len(question.answers) < 2:
            raise SettingError(f"{where}.answers has {len(question.answers)} answers", expected="two or more")
        for answer in question.answers:
            _not_reserved(answer, f"questions.{question.id}.answers", source)
    for answer in question.context_when:
        allowed = ontology.answers(question.id)
        if answer not in allowed:
            raise SettingError(f"{where}.context_when names {answer!r}", expected=" or ".join(allowed))


def _check_rules(ontology: Ontology, source: str) -> None:
    atomic = [q.id for q in ontology.atomic_questions]
    if not atomic or ontology.composition is None:
        raise SettingError(
            f"{source}: composition has nothing to compose",
            expected="atomic questions (answers = a list)",
            remedy="delete [composition], or ask atomic questions",
        )
    for number, rule in enumerate(ontology.composition.rules, start=1):
        where = f"{source}: composition.rules[{number}]"
        if rule.label not in (*ontology.classes, ESCALATE):
            raise SettingError(f"{where}.label = {rule.label!r}", expected=" or ".join((*ontology.classes, ESCALATE)))
        for question, answers in rule.rule().when:
            if question not in atomic:
                raise SettingError(f"{where}.when names {question!r}", expected=" or ".join(atomic))
            unknown = [a for a in answers if a not in ontology.answers(question)]
            if unknown or not answers:
                expected = " or ".join(ontology.answers(question))
                raise SettingError(f"{where}.when.{question} = {unknown or list(answers)}", expected=expected)


def _distinct(names: Iterable[str], key: str, source: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise SettingError(f"{source}: {key}: {twice[0]!r} occurs twice", remedy="rename one of them")


def _not_reserved(name: str, key: str, source: str) -> None:
    if name in RESERVED:
        raise SettingError(
            f"{source}: {key} = {name!r} is a word of its own",
            expected="another id",
            remedy=f"allow {name} with {name} = true on the question" if name != ESCALATE else "rename it",
        )
