"""Ontology files: what they hold, and what is said of a wrong one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.ontology import EXAMPLE, by_version, in_force, load_ontologies, parse_ontology

ATOMIC = EXAMPLE.replace('answers = "classes"', 'answers = ["yes", "no"]').replace('id = "label"', 'id = "ad"')
RULES = '[composition]\nrules = [{ when = { ad = "yes" }, label = "spam" }, { when = {}, label = "fine" }]\n'


def test_an_ontology_with_a_direct_question_needs_no_composition() -> None:
    ontology = parse_ontology(EXAMPLE, "v1.toml")
    assert (ontology.schema_version, ontology.classes) == ("v1", ("fine", "spam"))
    assert ontology.answers("label") == ("fine", "spam", "unsure")
    assert ontology.truth_table().empty
    assert ontology.effective_at == datetime(2026, 1, 1)
    assert (ontology.source, ontology.document) == ("v1.toml", EXAMPLE)


def test_atomic_answers_compose_to_a_class() -> None:
    ontology = parse_ontology(ATOMIC + RULES, "v1.toml")
    assert ontology.truth_table().to_numpy().tolist() == [["yes", "spam", 1], ["no", "fine", 2], ["unsure", "fine", 2]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (EXAMPLE.replace("reason", "reasn"), "reasn is not a key here; write reason"),
        (EXAMPLE.replace('reason = "first version"', ""), "reason is missing"),
        (EXAMPLE.replace('"fine"', '"Fine"', 1), "classes[1].id = 'Fine'; expected small letters, digits and _ only"),
        (EXAMPLE.replace('"spam"', '"fine"', 1), "classes: 'fine' occurs twice"),
        (EXAMPLE.replace('"spam"', '"unsure"', 1), "classes.unsure.id = 'unsure' is a word of its own"),
        (EXAMPLE.replace("2026-01-01T00:00:00Z", '"soon"'), "effective_at = 'soon'; expected a time such as"),
        (EXAMPLE.replace('"classes"', '"klasses"'), "questions[1].answers = 'klasses'; expected answers = \"classes\""),
        (ATOMIC.replace('"yes", "no"', '"yes"') + RULES, "questions.ad.answers has 1 answers; expected two or more"),
        (ATOMIC.replace('"no"', '"unsure"'), "allow unsure with unsure = true on the question"),
        (EXAMPLE + 'unsure = "perhaps"', "questions[1].unsure = 'perhaps'; expected true or false"),
        (EXAMPLE + 'context_when = ["often"]', "questions.label.context_when names 'often'"),
        (EXAMPLE + EXAMPLE[EXAMPLE.index("[[questions]]") :].replace('"label"', '"again"'), "at most one direct"),
        (EXAMPLE + RULES, "composition has nothing to compose"),
        (ATOMIC, "composition is missing"),
        (ATOMIC.replace('"ad"', '"rule"') + RULES, "questions.rule.id is a word of its own"),
        (ATOMIC + RULES.replace('"spam"', '"span"'), "composition.rules[1].label = 'span'; expected fine or spam"),
        (ATOMIC + RULES.replace('ad = "yes"', 'add = "yes"'), "composition.rules[1].when names 'add'; expected ad"),
        (ATOMIC + RULES.replace('"yes" }', '"perhaps" }'), "composition.rules[1].when.ad = ['perhaps']"),
        (EXAMPLE.replace('id = "spam"', 'id = "spam"\nseverity = 1'), "classes.fine.severity is missing"),
        ("x = ", "not TOML"),
        ("source = 'x'\n" + EXAMPLE, "source is not a key here"),
    ],
)
def test_errors_name_file_key_and_what_to_write(text: str, told: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse_ontology(text, "v1.toml")
    assert str(caught.value).startswith("v1.toml: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_hash_is_of_the_content_not_of_the_layout() -> None:
    ontology = parse_ontology(EXAMPLE, "a.toml")
    lines = EXAMPLE.strip().split("\n")
    shuffled = "# a comment\n" + "\r\n".join([*reversed(lines[:5]), "", *lines[5:]])
    assert parse_ontology(shuffled, "b.toml").ontology_hash == ontology.ontology_hash
    reasoned = parse_ontology(EXAMPLE.replace("first version", "another reason"), "c.toml")
    assert reasoned.ontology_hash != ontology.ontology_hash
    assert reasoned.guideline_hash == ontology.guideline_hash
    told = parse_ontology(EXAMPLE.replace("Mark unsolicited", "Mark all"), "d.toml")
    assert told.guideline_hash != ontology.guideline_hash


def test_an_ontology_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse_ontology(EXAMPLE, "v1.toml").schema_version = "v2"  # type: ignore[misc]


def test_a_folder_holds_all_versions_and_time_says_which_is_in_force(tmp_path: Path) -> None:
    later = EXAMPLE.replace('"v1"', '"v2"').replace("2026-01-01", "2026-06-01")
    (tmp_path / "a.toml").write_text(later)
    (tmp_path / "b.toml").write_text(EXAMPLE)
    ontologies = load_ontologies(tmp_path)
    assert [o.schema_version for o in ontologies] == ["v1", "v2"]
    assert in_force(ontologies, datetime(2025, 12, 31)) is None
    assert in_force(ontologies, datetime(2026, 5, 31, 23)) == ontologies[0]
    assert in_force(ontologies, datetime(2026, 6, 1, tzinfo=UTC)) == ontologies[1]
    east = timezone(timedelta(hours=2))
    assert in_force(ontologies, datetime(2026, 6, 1, 1, tzinfo=east)) == ontologies[0]
    assert by_version(ontologies, "v2") == ontologies[1]
    with pytest.raises(InputError, match=r"'v3' is not in ontology/; expected v1, v2"):
        by_version(ontologies, "v3")


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (EXAMPLE.replace("2026-01-01", "2026-02-01"), "schema_version: 'v1' is also that of"),
        (EXAMPLE.replace('"v1"', '"v2"'), "effective_at is also that of"),
    ],
)
def test_two_files_cannot_claim_one_version_or_instant(tmp_path: Path, second: str, told: str) -> None:
    (tmp_path / "a.toml").write_text(EXAMPLE)
    (tmp_path / "b.toml").write_text(second)
    with pytest.raises(SettingError, match=told):
        load_ontologies(tmp_path)


def test_an_empty_folder_and_a_file_of_other_bytes_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no ontology file"):
        load_ontologies(tmp_path)
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError, match="not UTF-8"):
        load_ontologies(tmp_path)


def test_the_sample_ontology_covers_every_combination() -> None:
    ontology = load_ontologies(Path(__file__).parents[2] / "data" / "ontology")[-1]
    table = ontology.truth_table()
    assert len(table) == 3**4
    assert set(table["label"]) == {*ontology.classes, "escalate"}
    assert ontology.direct_question is not None
    assert len(ontology.atomic_questions) == 4
