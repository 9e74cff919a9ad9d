"""Atomic answers composed to a class by the rules of an ontology."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.composition import ESCALATE, Rule, build_truth_table, compose, compose_probabilities
from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.ontology import EXAMPLE, Ontology, parse_ontology

CLASSES = ("fine", "spam")
QUESTIONS = {"a": ("yes", "no", "unsure"), "b": ("one", "two", "three"), "c": ("yes", "no")}


def ontology(unsure: bool = True) -> Ontology:
    flag = str(unsure).lower()
    questions = "".join(
        f'[[questions]]\nid = "{q}"\ntext = "{q}?"\nanswers = ["yes", "no"]\nunsure = {flag}\n' for q in ("ad", "asks")
    )
    rules = (
        '[composition]\nrules = [{ when = { ad = "yes" }, label = "spam" },'
        ' { when = { ad = "no", asks = ["yes", "no"] }, label = "fine" }, { when = {}, label = "escalate" }]\n'
    )
    if not unsure:
        rules = rules.replace(', { when = {}, label = "escalate" }', "")
    return parse_ontology(EXAMPLE[: EXAMPLE.index("[[questions]]")] + questions + rules, "v1.toml")


rule_sets = st.lists(
    st.builds(
        lambda when, label: Rule(tuple(sorted((q, tuple(sorted(a))) for q, a in when.items())), label),
        st.fixed_dictionaries({}, optional={q: st.sets(st.sampled_from(a), min_size=1) for q, a in QUESTIONS.items()}),
        st.sampled_from([*CLASSES, ESCALATE]),
    ),
    max_size=6,
)


def first_match(answers: dict[str, str], rules: list[Rule]) -> int:
    matches = (i for i, r in enumerate(rules) if all(answers[q] in allowed for q, allowed in r.when))
    return next(matches, -1)


@settings(max_examples=150, deadline=None)
@given(rule_sets)
def test_a_table_is_total_or_refused_and_equals_the_rules_read_one_by_one(rules: list[Rule]) -> None:
    combinations = [dict(zip(QUESTIONS, c, strict=True)) for c in itertools.product(*QUESTIONS.values())]
    decided = [first_match(c, rules) for c in combinations]
    axes = tuple(QUESTIONS.items())
    is_good = -1 not in decided and set(decided) == set(range(len(rules)))
    if not is_good:
        with pytest.raises(SettingError, match=r"have no rule|can never decide"):
            build_truth_table(axes, CLASSES, rules, "v1.toml")
        return
    table = build_truth_table(axes, CLASSES, rules, "v1.toml").frame()
    assert table[list(QUESTIONS)].to_dict("records") == combinations
    assert table["label"].tolist() == [rules[i].label for i in decided]
    assert table["rule"].tolist() == [i + 1 for i in decided]


def test_a_missing_combination_is_shown() -> None:
    with pytest.raises(SettingError, match="2 of 3 combinations have no rule"):
        build_truth_table((("a", QUESTIONS["a"]),), CLASSES, [Rule((("a", ("yes",)),), "spam")], "v1.toml")


def test_a_rule_that_contradicts_those_before_it_is_named_with_them() -> None:
    rules = [Rule((("a", ("yes", "no")),), "spam"), Rule((("a", ("no",)),), "fine"), Rule((), "fine")]
    with pytest.raises(SettingError, match=r"rules\[2\] \(a = no → fine\) can never decide.*say otherwise: \[1\]"):
        build_truth_table((("a", QUESTIONS["a"]),), CLASSES, rules, "v1.toml")


def test_too_many_combinations_are_refused() -> None:
    axes = tuple((f"q{i}", ("yes", "no", "unsure")) for i in range(20))
    with pytest.raises(SettingError, match="3,486,784,401 combinations"):
        build_truth_table(axes, CLASSES, [Rule((), "fine")], "v1.toml")


def test_compose_whole_rows_and_keep_the_index() -> None:
    answers = pd.DataFrame(
        {"ad": ["yes", "no", "no", "unsure", None], "asks": ["no", "yes", None, "yes", "yes"]}, index=list("vwxyz")
    )
    expected = pd.Series(
        ["spam", "fine", "escalate", "escalate", "escalate"], index=list("vwxyz"), name="composed_label", dtype="str"
    )
    pd.testing.assert_series_equal(compose(answers, ontology()), expected)
    assert compose(answers.iloc[:0], ontology()).empty


def test_a_missing_answer_escalates_where_unsure_is_not_allowed() -> None:
    answers = pd.DataFrame({"ad": ["yes", None], "asks": ["no", "no"]})
    assert compose(answers, ontology(unsure=False)).tolist() == ["spam", "escalate"]


def test_unknown_answers_and_questions_are_named() -> None:
    with pytest.raises(InputError, match="asks has the answer 'perhaps'; expected yes or no or unsure"):
        compose(pd.DataFrame({"ad": ["yes"], "asks": ["perhaps"]}), ontology())
    with pytest.raises(InputError, match="no column 'asks'"):
        compose(pd.DataFrame({"ad": ["yes"]}), ontology())
    with pytest.raises(InputError, match="has no composition rule"):
        compose(pd.DataFrame(), parse_ontology(EXAMPLE, "v1.toml"))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 20))
def test_probabilities_sum_to_one_and_certain_answers_compose_alike(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    v1 = ontology()
    p = {q: pd.DataFrame(rng.dirichlet(np.ones(3), n), columns=["p_yes", "p_no", "p_unsure"]) for q in ("ad", "asks")}
    mixed = compose_probabilities(p, v1)
    assert mixed.columns.tolist() == ["p_fine", "p_spam", "p_escalate"]
    np.testing.assert_allclose(mixed.sum(axis=1), 1.0)
    np.testing.assert_allclose(mixed["p_spam"], p["ad"]["p_yes"])
    codes = {q: rng.integers(0, 3, n) for q in ("ad", "asks")}
    certain = {q: pd.DataFrame(np.eye(3)[c], columns=["p_yes", "p_no", "p_unsure"]) for q, c in codes.items()}
    answers = pd.DataFrame({q: np.asarray(["yes", "no", "unsure"])[c] for q, c in codes.items()})
    tops = compose_probabilities(certain, v1).idxmax(axis=1).str.removeprefix("p_") if n else pd.Series(dtype="str")
    assert tops.tolist() == compose(answers, v1).tolist()


def test_a_posterior_that_is_none_is_refused() -> None:
    p = pd.DataFrame({"p_yes": [0.5], "p_no": [0.2]})
    with pytest.raises(InputError, match="a row of ad does not sum to 1"):
        compose_probabilities({"ad": p, "asks": p}, ontology())
