"""Actors who work together are found however many they are; people of one forum are not."""

from __future__ import annotations

import time

import numpy as np
import pytest

from labeling_pipeline.core.weak_supervision.actor_circles import circles

Acts = tuple[np.ndarray, np.ndarray]


def ring(seed: int, n: int, targets: int, part: float = 1.0, private: int = 0) -> Acts:
    """`n` actors: the first target, each other one with probability `part`, and so many comments of their own."""
    rng = np.random.default_rng(seed)
    acts = rng.random((n, targets)) < part
    acts[:, 0] = True
    actor, comment = np.nonzero(acts)
    alone = np.arange(n * private)
    return np.append(actor, alone // max(private, 1)), np.append(comment, targets + alone)


def largest(acts: Acts) -> int:
    return int(np.bincount(circles(*acts)).max())


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("n", "targets", "part", "private"),
    [
        *[(500, 3, 1, 0), (2000, 3, 1, 0), (2001, 3, 1, 0), (9000, 3, 1, 0), (500, 2, 1, 0), (500, 5, 1, 2)],
        *[(500, 5, 1, 4), (500, 5, 1, 5), (3000, 5, 1, 4), (500, 8, 0.5, 0), (3000, 8, 0.5, 0), (500, 8, 0.75, 0)],
        *[
            (500, 30, 0.33, 0),
            (500, 20, 0.8, 2),
            (40, 6, 1, 0),
            (5, 4, 1, 0),
            (5, 4, 1, 3),
            (3, 3, 1, 0),
            (12, 2, 1, 1),
        ],
    ],
)
def test_a_ring_is_one_circle(seed: int, n: int, targets: int, part: float, private: int) -> None:
    assert largest(ring(seed, n, targets, part, private)) == n


@pytest.mark.parametrize(("n", "targets", "private"), [(500, 5, 6), (5, 2, 0), (9, 2, 0), (500, 1, 0)])
def test_who_does_most_elsewhere_or_met_twice_is_alone(n: int, targets: int, private: int) -> None:
    assert largest(ring(0, n, targets, private=private)) == 1


@pytest.mark.parametrize("seed", range(5))
def test_five_who_choose_from_one_forum_are_five(seed: int) -> None:
    rng = np.random.default_rng(seed)
    comments = np.concatenate([rng.choice(60, 40, replace=False) for _ in range(5)])
    assert largest((np.repeat(np.arange(5), 40), comments)) == 1


def choosers(seed: int, n: int, list_of: int, each: int) -> Acts:
    """`n` actors: all on the first comment, and each on so many of a list."""
    rng = np.random.default_rng(seed)
    chosen = [np.append(0, 1 + rng.choice(list_of, each, replace=False)) for _ in range(n)]
    return np.repeat(np.arange(n), each + 1), np.concatenate(chosen)


@pytest.mark.parametrize(
    ("list_of", "each"), [(40, 10), (45, 10), (50, 10), (55, 10), (60, 10), (50, 15), (60, 20), (80, 20), (100, 20)]
)
@pytest.mark.parametrize("n", [50, 500])
@pytest.mark.parametrize("seed", range(2))
def test_a_ring_that_works_through_a_list_is_one_circle_however_long(
    n: int, list_of: int, each: int, seed: int
) -> None:
    assert largest(choosers(seed, n, list_of, each)) == n


@pytest.mark.parametrize(
    ("n", "each", "comments", "popular"), [(300, 12, 500, 0.5), (200, 10, 300, 0.7), (60, 25, 1000, 0.8)]
)
def test_busy_people_of_a_large_forum_are_no_ring(n: int, each: int, comments: int, popular: float) -> None:
    rng = np.random.default_rng(0)
    seen = 1 / np.arange(1, comments + 1) ** popular
    chosen = [rng.choice(comments, each, replace=False, p=seen / seen.sum()) for _ in range(n)]
    assert largest((np.repeat(np.arange(n), each), np.concatenate(chosen))) <= 3


def test_those_who_act_nowhere_but_where_a_ring_does_are_its_own_if_they_are_few() -> None:
    actor, comment = ring(0, 500, 5)
    few, many = np.arange(500, 505), np.arange(500, 600)
    assert largest((np.append(actor, few), np.append(comment, few * 0))) == 505
    assert largest((np.append(actor, many), np.append(comment, many * 0))) == 500
    elsewhere = np.append(comment, np.append(few * 0, few))
    assert largest((np.append(actor, np.append(few, few)), elsewhere)) == 500


def test_strangers_among_whom_a_ring_hides_stay_alone() -> None:
    rng = np.random.default_rng(0)
    strangers, comments = rng.integers(0, 20_000, 40_000), rng.integers(0, 10_000, 40_000)
    actor, comment = ring(0, 300, 6)
    found = circles(np.append(strangers, actor + 20_000), np.append(comments, comment))
    assert len(np.unique(found[20_000:])) == 1
    elsewhere = np.unique(strangers[comments >= 6])  # others cannot be told from a ring's own
    assert np.bincount(found[elsewhere]).max() == 1


def test_no_order_of_acts_changes_the_circles() -> None:
    actor, comment = ring(1, 200, 30, 0.33, 2)
    found = circles(actor, comment)
    order = np.random.default_rng(0).permutation(len(actor))
    assert np.array_equal(found, circles(actor[order], comment[order]))


def test_time_grows_with_acts_and_not_with_pairs() -> None:
    acts = ring(0, 20_000, 8, 0.5)
    start = time.process_time()
    assert largest(acts) == 20_000
    assert time.process_time() - start < 10
