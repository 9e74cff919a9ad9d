"""Worlds by name=value: every field can be given, and a wrong name or value is said."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.annotators import COUNTRIES
from labeling_pipeline.core.simulate.world import WORLDS, WorldSpec, ask, described, draw_comments, draw_people
from labeling_pipeline.core.simulate.world.options import MEANING, with_values


def test_every_field_is_named_with_its_meaning() -> None:
    assert list(MEANING) == [one.name for one in fields(WorldSpec)]
    lines = described(WORLDS).splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(MEANING)
    assert all(meaning in line for meaning, line in zip(MEANING.values(), lines[1:], strict=True))


@pytest.mark.parametrize("world", WORLDS)
def test_any_world_can_be_made_from_any_other(world: str) -> None:
    given = []
    for name, value in asdict(WORLDS[world]).items():
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        given.append(f"{name} = {text}")
    other = replace(WorldSpec(), comments=7, accuracy=(0.1, 0.2), blind_country="KE", drift_crowd=0.1, experts=2)
    assert with_values(other, given) == WORLDS[world]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("blind_shar=0.1", "a world has no 'blind_shar'; .*; write blind_share"),
        ("blind_share", "--set blind_share; expected name=value"),
        ("drift_week=9.5", "drift_week = '9.5'; expected a whole number"),
        ("accuracy=.6-.9", "accuracy = '.6-.9'; expected numbers with commas between them"),
        ("accuracy=.6", "expected two shares, the lower first"),
        ("blind_share=2", "blind_share = 2.0; expected a share from 0 to 1"),
        ("fatigue=nan", "expected a share"),
        ("drift_week=-1", "drift_week = -1; expected a week from 1, or 0 for never"),
        ("blind_country=Kenya", "blind_country = 'Kenya'; expected IN, PH, KE"),
    ],
)
def test_what_a_world_cannot_be_is_said(given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        with_values(WorldSpec(), [given])


def test_the_blind_are_of_the_country_that_is_named() -> None:
    spec = with_values(WorldSpec(annotators=400), ["blind_country=KE", "blind_crowd=.05"])
    people = draw_people(spec, 3)
    assert people.is_blind.sum() == 20
    assert set(people.country[people.is_blind]) == {COUNTRIES.index("KE")}
    many = draw_people(replace(spec, blind_crowd=0.6), 3)
    assert many.is_blind.sum() == 240
    assert many.is_blind[many.country == COUNTRIES.index("KE")].all()


def test_nobody_declines_in_a_week_that_never_comes() -> None:
    spec = WorldSpec(comments=200, annotators=20, decline_share=1.0, decline_week=0, declined_to=0.0)
    comments, people = draw_comments(spec, 0), draw_people(spec, 0)
    place, who = np.repeat(np.arange(200), 20), np.tile(np.arange(20), 200)
    said = ask(spec, comments, people, place, who, seed=0)
    assert (said == comments.truth[place]).mean() > 0.6
