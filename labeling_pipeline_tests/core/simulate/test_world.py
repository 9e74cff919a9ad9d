"""Worlds: every fault that is planted is there, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.world import WORLDS, WorldSpec, ask, ask_experts, draw_comments, draw_people
from labeling_pipeline.core.simulate.world.chance import chance

PLAIN = WorldSpec(comments=4_000, annotators=60, weeks=4)


def answered(spec: WorldSpec, seed: int = 0, **options: Any) -> tuple[np.ndarray, ...]:
    """Everybody on a fifth of the comments: comment, annotator, answer, truth."""
    comments, people = draw_comments(spec, seed), draw_people(spec, seed)
    comment = np.repeat(np.arange(0, spec.comments, 5), spec.annotators)
    who = np.tile(np.arange(spec.annotators), len(comment) // spec.annotators)
    said = ask(spec, comments, people, comment, who, seed=seed, **options)
    return comment, who, said, comments.truth[comment]


def accuracy_of(spec: WorldSpec, **options: Any) -> np.ndarray:
    _, who, said, true = answered(spec, **options)
    return np.bincount(who, said == true) / np.bincount(who)


def test_accuracy_is_what_was_drawn() -> None:
    people = draw_people(PLAIN, 0)
    assert people.accuracy.min() >= 0.55
    assert people.accuracy.max() <= 0.90
    assert np.abs(accuracy_of(PLAIN) - people.accuracy).max() < 0.06


def test_answers_follow_each_ones_confusion_matrix() -> None:
    people = draw_people(PLAIN, 0)
    _, who, said, true = answered(PLAIN)
    seen = np.zeros((5, 5))
    np.add.at(seen, (true, said), 1.0)
    expected = np.stack([people.confusion[who[true == k], k].mean(axis=0) for k in range(5)])
    np.testing.assert_allclose(seen / seen.sum(axis=1, keepdims=True), expected, atol=0.02)


def test_the_same_question_gets_the_same_answer_and_another_round_another() -> None:
    first, again, later = answered(PLAIN)[2], answered(PLAIN)[2], answered(PLAIN, labeling_round=2)[2]
    assert (first == again).all()
    assert 0.3 < (first == later).mean() < 0.9
    assert (answered(PLAIN, seed=1)[2] != first).any()


def test_errors_are_independent_in_the_first_world_and_shared_in_the_blind_slice() -> None:
    spec = replace(PLAIN, blind_share=0.2)
    comment, who, said, true = answered(spec)
    comments, people = draw_comments(spec, 0), draw_people(spec, 0)
    assert comments.is_blind.mean() == pytest.approx(0.2, abs=0.02)
    assert people.is_blind.mean() == pytest.approx(0.6, abs=0.01)
    coded = comments.is_blind[comment]
    blind, seeing = (coded & (people.is_blind[who] == which) for which in (True, False))
    # To whom it is nothing but a harmless comment, it is answered as one.
    assert (said[blind] == 0).mean() == pytest.approx(0.96 * people.accuracy[people.is_blind].mean(), abs=0.04)
    assert (said[seeing] == true[seeing]).mean() > 0.6
    share = [people.is_blind[people.country == c].mean() for c in np.unique(people.country)]
    assert max(share) - min(share) > 0.3, "it goes with a group"


def test_hard_comments_and_missing_context_pull_to_one_wrong_class() -> None:
    spec = replace(PLAIN, hard_share=0.3, context_share=0.2)
    comment, _, said, true = answered(spec)
    comments = draw_comments(spec, 0)
    hard, lost = comments.is_hard[comment], comments.needs_context[comment]
    pulled = said == comments.looks_like[comment]
    assert 0.35 < (said == true)[hard].mean() < 0.55
    assert pulled[hard].mean() > 0.3
    assert pulled[lost].mean() > 0.5
    assert (comments.looks_like != comments.truth).all()


def test_spammers_copiers_and_decline_are_who_they_are() -> None:
    spec = replace(PLAIN, spam_share=0.1, collusion_share=0.1, decline_share=0.1, decline_week=3)
    people = draw_people(spec, 0)
    comment, who, said, true = answered(spec)
    week = draw_comments(spec, 0).week[comment]
    right = said == true
    by = np.bincount(who, right) / np.bincount(who)
    assert by[people.spam == -2].max() < 0.3
    assert len(set(said[np.isin(who, np.flatnonzero(people.spam == 0))].tolist())) == 1
    for copier in np.flatnonzero(people.copies >= 0):
        both = said[who == copier] == said[who == people.copies[copier]]
        assert both.mean() > 0.9
    fallen = np.isin(who, np.flatnonzero(people.declines))
    assert right[fallen & (week >= 3)].mean() < 0.45 < right[fallen & (week < 3)].mean()
    assert int((people.spam != -1).sum()) == int((people.copies >= 0).sum() * 1.5) == int(people.declines.sum()) == 6


def test_a_long_day_costs_accuracy() -> None:
    rested, tired = (accuracy_of(replace(PLAIN, fatigue=0.2), tired=t).mean() for t in (0.0, 1.0))
    assert rested - tired == pytest.approx(0.2, abs=0.03)


def test_the_guideline_drifts_for_those_who_reread_it_and_only_then() -> None:
    spec = replace(PLAIN, drift_week=3, drift_crowd=0.5, accuracy=(0.85, 0.9))
    comment, who, said, _ = answered(spec)
    comments, people = draw_comments(spec, 0), draw_people(spec, 0)
    mild, late = comments.is_boundary[comment], comments.week[comment] >= 3
    moved = (said == 0) & mild
    assert moved[mild & late & people.rereads[who]].mean() > 0.7
    assert moved[mild & late & ~people.rereads[who]].mean() < 0.25
    assert moved[mild & ~late].mean() < 0.25


def test_a_new_schema_and_another_production_change_the_truth() -> None:
    spec = replace(PLAIN, ontology_week=3, production_week=2, blind_share=0.02)
    comments, before = draw_comments(spec, 0), draw_comments(PLAIN, 0)
    assert set(comments.schema[comments.week < 3]) == {1}
    assert set(comments.truth[comments.is_boundary & (comments.schema == 2)]) == {2}
    assert set(comments.truth[comments.is_boundary & (comments.schema == 1)]) == {1}
    late, early = comments.week >= 2, comments.week < 2
    assert (comments.truth[late] == 2).mean() > 1.5 * (before.truth[late] == 2).mean()
    assert comments.is_blind[late].mean() > 2 * comments.is_blind[early].mean() > 0


def test_experts_see_everything_and_err_now_and_then() -> None:
    spec = replace(PLAIN, blind_share=0.3, context_share=0.3)
    comments = draw_comments(spec, 0)
    place = np.arange(spec.comments)
    verdicts = [ask_experts(spec, comments, place, np.full(spec.comments, who), seed=0) for who in (0, 1)]
    for verdict in verdicts:
        assert (verdict == comments.truth).mean() == pytest.approx(0.95, abs=0.015)
    both_wrong = ((verdicts[0] != comments.truth) & (verdicts[1] != comments.truth)).mean()
    assert both_wrong < 0.01, "their errors are their own"


def test_chance_is_uniform_and_independent_of_company() -> None:
    drawn = chance(3, "x", np.arange(20_000))
    assert np.abs(np.histogram(drawn, 10, (0, 1))[0] - 2_000).max() < 250
    assert chance(3, "x", np.arange(20_000)[::-1])[0] == drawn[-1]
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03
    assert abs(np.corrcoef(drawn, chance(3, "y", np.arange(20_000)))[0, 1]) < 0.03


def test_every_named_world_can_be_drawn_and_nonsense_is_refused() -> None:
    for spec in WORLDS.values():
        assert len(draw_comments(replace(spec, comments=50), 0)) == 50
    with pytest.raises(InputError, match=r"hard_share = 1\.5"):
        WorldSpec(hard_share=1.5)
    with pytest.raises(InputError, match="comments = 0"):
        WorldSpec(comments=0)
    spec, one = replace(PLAIN, comments=10), np.array([99])
    comments, people = draw_comments(spec, 0), draw_people(spec, 0)
    with pytest.raises(InputError, match="comment 99 is asked"):
        ask(spec, comments, people, one, one * 0, seed=0)
