"""Which actors work together. Belongs here: what their acts share, against what chance shares. Does not: times
(``linked_actors``).

Two actors are close where they meet on half or more of what each of them does. Ten or more, of whom one pair in fifty
or more is close, are a circle, and so are those whose acts all fall on few comments for how many they are: chance leads
many to comments that everybody sees, but few of them to the same. Of others, two have to share more of the comments on
which their company meets than chance would, or nearly all: people of one forum share its comments without knowing each
other.

The cost is bounded: actors with equal comments are one, and on a crowded comment each is compared with those most like
it, found by sorting by minima of hashes (Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHARED_PART = 0.5  # of what each of two actors does
LEAST_SHARED = 2
SHARED_COMMENTS = 3  # a few actors who met on fewer are not called linked
MANY_ACTORS = 10
NEARLY_ALL = 0.9
SURE = 3.0  # standard deviations over chance
FRINGE = 0.1  # of a circle's actors on a comment: so many others who act nowhere else are its own
LEAST_CLOSE = 0.02  # of the pairs of a circle
SHARED_LEVELS = (
    2,
    3,
    5,
)  # where those who share two comments are too loose a company, those who share more may be none
LIST_PART = 0.1  # of a list of targets, that each of those who work through it does on average at least
LIST_ACTORS = 5  # on each of its comments on average, at least
ORDERS, WINDOW = 6, 5  # orders by hash, and neighbours in each that an actor on a comment is compared with
DRAWN = 16  # others of its company, by hash, that an actor is compared with to tell how close the company is
PRUNINGS = 4
PAIRS_AT_ONCE = 200_000


class _Closeness(NamedTuple):
    """What part of what each does two actors share, on how many comments at least; sought in so many orders."""

    part: float
    least: int
    orders: int


HALF = _Closeness(SHARED_PART, LEAST_SHARED, ORDERS)
LOOSE = _Closeness(0.2, 3, 2)  # of those who work through one list


class _Acts(NamedTuple):
    """Distinct (actor, comment) pairs, sorted, and how many comments each actor acts on."""

    actor: Numbers
    comment: Numbers
    own: Numbers


def circles(actors: Numbers, comments: Numbers) -> Numbers:
    """(number of actors,): a number per actor, equal for actors who work together. `actors`: -1 where not known."""
    n_actors = int(actors.max(initial=-1)) + 1
    known = actors >= 0
    width = int(comments.max(initial=-1)) + 1
    actor, comment = np.divmod(np.unique(actors[known] * width + comments[known]), max(width, 1))
    acts = _Acts(actor, comment, np.bincount(actor, minlength=n_actors))
    return _with_fringe(acts, _linked(_meeting(acts), n_actors))


def components(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer], n: int) -> Numbers:
    """(n,): a number per thing, equal for those that pairs join."""
    joined = coo_matrix((np.ones(len(left)), (left, right)), shape=(n, n))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _meeting(acts: _Acts) -> _Acts:
    """Without comments on which one actor acts alone, and actors who can be close to nobody."""
    actor, comment = acts.actor, acts.comment
    for _ in range(PRUNINGS):
        met = np.bincount(comment, minlength=1)[comment] > 1
        shares = np.bincount(actor[met], minlength=len(acts.own))
        stays = met & ((shares >= LEAST_SHARED) & (shares >= SHARED_PART * acts.own))[actor]
        actor, comment = actor[stays], comment[stays]
    return _Acts(actor, comment, acts.own)


def _linked(acts: _Acts, n_actors: int) -> Numbers:
    """(n_actors,): a number per actor, equal for linked ones."""
    like = _equal_sets(acts)  # per actor, who has the same meetings and does least else
    members = np.unique(acts.actor)
    first, kind = np.unique(like[members], return_inverse=True)
    rows, own = csr_matrix(_where(acts, first, n_actors), dtype=np.float64), acts.own[first]
    times = np.bincount(kind, minlength=len(first)).astype(np.float64)
    pairs = _close_pairs(rows, own, times, HALF)
    circle = _circles_of_many(rows, own, times, pairs)
    company = components(pairs.left, pairs.right, len(first))
    telling = (circle[pairs.left] < 0) & (circle[pairs.right] < 0) & _more_than_chance(rows, times, company, pairs)
    alike = (circle[kind] >= 0) | (rows.getnnz(axis=1)[kind] >= SHARED_COMMENTS)
    many = np.flatnonzero(circle >= 0)
    left = np.concatenate([first[pairs.left[telling]], members[alike], first[many]])
    right = np.concatenate([first[pairs.right[telling]], like[members][alike], first[circle[many]]])
    return components(left, right, n_actors)


class _Pairs(NamedTuple):
    """Pairs of rows that are close, and how many comments they share."""

    left: Numbers
    right: Numbers
    shared: Numbers


def _circles_of_many(rows: csr_matrix, own: Numbers, times: Floats, pairs: _Pairs) -> Numbers:
    """(n,): the first row of the circle a row is in, -1 in none. A row stands for `times` actors."""
    circle = np.full(len(own), -1, dtype=np.int64)
    for least in SHARED_LEVELS:
        joins = (pairs.shared >= least) & (circle[pairs.left] < 0) & (circle[pairs.right] < 0)
        company = components(pairs.left[joins], pairs.right[joins], len(own))
        is_one = (np.bincount(company, weights=times) >= MANY_ACTORS) & (
            _share_close(rows, own, times, company) >= LEAST_CLOSE
        )
        _, start, inverse = np.unique(company, return_index=True, return_inverse=True)
        circle = np.where(is_one[company] & (circle < 0), start[inverse], circle)
    listed = _of_lists(rows, times, own)
    one, other = np.flatnonzero(circle >= 0), np.flatnonzero(listed >= 0)
    both = components(np.append(one, other), np.append(circle[one], listed[other]), len(own))
    _, start, inverse = np.unique(both, return_index=True, return_inverse=True)
    return np.where((circle >= 0) | (listed >= 0), start[inverse], -1)


def _of_lists(rows: csr_matrix, times: Floats, own: Numbers) -> Numbers:
    """(n,): the first row of the company a row is in whose acts all fall on few comments for how many they are, -1 in
    none. Few of its pairs need be close; but people who choose by themselves spread over far more comments."""
    busy = np.flatnonzero(rows.getnnz(axis=1) >= LIST_ACTORS)
    kept, each = rows[busy], times[busy]
    pairs = _close_pairs(kept, own[busy], each, LOOSE)
    company = components(pairs.left, pairs.right, len(busy))
    row, comment = (np.asarray(part, dtype=np.int64) for part in kept.nonzero())
    n, width = int(company.max(initial=-1)) + 1, max(rows.shape[1], 1)
    on_list = np.bincount(np.unique(company[row] * width + comment) // width, minlength=n)
    size = np.bincount(company, weights=each, minlength=n)
    acts = np.bincount(company, weights=each * kept.getnnz(axis=1), minlength=n)
    few = (acts >= LIST_PART * on_list * size) & (acts >= LIST_ACTORS * on_list) & (size >= MANY_ACTORS)
    _, start, inverse = np.unique(company, return_index=True, return_inverse=True)
    circle = np.full(len(own), -1, dtype=np.int64)
    circle[busy] = np.where(few[company], busy[start[inverse]], -1) if len(busy) else -1
    return circle


def _share_close(rows: csr_matrix, own: Numbers, times: Floats, company: Numbers) -> Floats:
    """By company: the share of close pairs among its actors (a row is `times` actors), from some drawn by hash."""
    n = int(company.max(initial=-1)) + 1
    alike, size = np.bincount(company, weights=times**2, minlength=n), np.bincount(company, weights=times, minlength=n)
    order = np.lexsort((_hash(np.arange(len(own), dtype=np.int64), 0), company))
    close, drawn = np.zeros(n), np.zeros(n)
    for step in range(1, DRAWN + 1):
        one, other = order[step:], order[: len(order) - min(step, len(order))]
        same = company[one] == company[other]
        one, other = one[same], other[same]
        weight = times[one] * times[other]
        drawn += np.bincount(company[one], weights=weight, minlength=n)
        close += np.bincount(company[one], weights=weight * (_shared(rows, own, one, other, HALF) > 0), minlength=n)
    across = close / np.maximum(drawn, 1) * np.maximum(size**2 - alike, 0)
    return np.asarray((alike - size + across) / np.maximum(size**2 - size, 1))


def _equal_sets(acts: _Acts) -> Numbers:
    """(n_actors,): of the actors with the same comments, the one who does least else."""
    sums = np.zeros(len(acts.own), dtype=np.uint64)
    np.add.at(sums, acts.actor, _hash(acts.comment, 0))
    out = np.arange(len(acts.own), dtype=np.int64)
    members = np.unique(acts.actor)
    order = members[np.lexsort((members, acts.own[members], sums[members]))]
    starts = np.append(True, sums[order][1:] != sums[order][:-1])[: len(order)]
    out[order] = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))] if len(order) else order
    return out


def _where(acts: _Acts, first: Numbers, n_actors: int) -> coo_matrix:
    """Actors `first` × comments: 1 where one acts."""
    place = np.full(n_actors, -1, dtype=np.int64)
    place[first] = np.arange(len(first))
    row = place[acts.actor]
    shape = (len(first), int(acts.comment.max(initial=-1)) + 1)
    return coo_matrix((np.ones(int((row >= 0).sum())), (row[row >= 0], acts.comment[row >= 0])), shape=shape)


def _close_pairs(rows: csr_matrix, own: Numbers, times: Floats, how: _Closeness) -> _Pairs:
    """Pairs that share this part of what each of the two does; within a company of many, enough of them to join it."""
    none, n = np.empty(0, dtype=np.int64), rows.shape[0]
    left, right, shared, seen = none, none, none, none
    for pairs in _neighbours(rows, how.orders):
        company = components(left, right, n)
        many = (np.bincount(company, weights=times, minlength=1) >= MANY_ACTORS)[company] if n else none
        one, other = np.divmod(np.setdiff1d(pairs, seen, assume_unique=True), max(n, 1))
        if n:
            open_ = ~many[one] | (company[one] != company[other])
            one, other = one[open_], other[open_]
        seen = np.union1d(seen, one * n + other)
        common = _shared(rows, own, one, other, how)
        left, right = np.append(left, one[common > 0]), np.append(right, other[common > 0])
        shared = np.append(shared, common[common > 0])
    return _Pairs(left, right, shared)


def _shared(rows: csr_matrix, own: Numbers, one: Numbers, other: Numbers, how: _Closeness) -> Numbers:
    """How many comments two rows share, 0 where it is less than this part (half) of what either does."""
    least = np.maximum(how.part * np.maximum(own[one], own[other]), how.least)
    size, out = rows.getnnz(axis=1), np.zeros(len(one), dtype=np.int64)
    may = np.flatnonzero(np.minimum(size[one], size[other]) >= least)
    for start in range(0, len(may), PAIRS_AT_ONCE):
        few = may[start : start + PAIRS_AT_ONCE]
        out[few] = np.asarray(rows[one[few]].multiply(rows[other[few]]).sum(axis=1)).ravel()
    return np.where(out >= least, out, 0)


def _neighbours(rows: csr_matrix, orders: int) -> Iterator[Numbers]:
    """Pairs of rows, as one number each, that stand close on some comment, in each of several orders."""
    n = rows.shape[0]
    row, comment = (np.asarray(part, dtype=np.int64) for part in rows.nonzero())
    for turn in range(1, orders + 1):
        smallest = np.full(n, np.iinfo(np.uint64).max, dtype=np.uint64)
        np.minimum.at(smallest, row, _hash(comment, turn))
        order = np.lexsort((row, smallest[row], comment))
        r, c = row[order], comment[order]
        parts = [np.empty(0, dtype=np.int64)]
        for step in range(1, min(WINDOW, max(len(r) - 1, 0)) + 1):
            same = c[step:] == c[:-step]
            one, other = r[step:][same], r[:-step][same]
            parts.append(np.unique(np.minimum(one, other) * n + np.maximum(one, other)))
        yield np.unique(np.concatenate(parts))


def _more_than_chance(rows: csr_matrix, times: Floats, company: Numbers, pairs: _Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs share more of the comments on which their company meets than chance would, or nearly all.

    `times`: how many actors a row stands for.
    """
    left, right, shared = pairs.left, pairs.right, pairs.shared
    row, comment = (np.asarray(part, dtype=np.int64) for part in rows.nonzero())
    place, inverse = np.unique(company[row] * rows.shape[1] + comment, return_inverse=True)
    meets = np.bincount(inverse, weights=times[row]) > 1
    pool = np.bincount(place[meets] // max(rows.shape[1], 1), minlength=len(times))[company[left]].astype(np.float64)
    part = np.bincount(row[meets[inverse]], minlength=len(times)).astype(np.float64)
    one, other = part[left], part[right]
    expected = one * other / np.maximum(pool, 1)
    spread = np.sqrt(expected * (1 - one / np.maximum(pool, 1)) * (pool - other) / np.maximum(pool - 1, 1))
    telling = (shared >= NEARLY_ALL * np.maximum(one, other)) | (shared - expected > SURE * spread)
    return np.asarray(telling & (shared >= SHARED_COMMENTS))


def _with_fringe(acts: _Acts, circle: Numbers) -> Numbers:
    """With those who act nowhere but where one large circle does, and are few beside it, in that circle."""
    width = int(acts.comment.max(initial=-1)) + 1
    place, n_of = np.unique(circle[acts.actor] + acts.comment * len(circle), return_counts=True)
    largest, leader = np.zeros(width, dtype=np.int64), np.full(width, -1, dtype=np.int64)
    order = np.argsort(n_of, kind="stable")
    largest[place[order] // max(len(circle), 1)] = n_of[order]
    leader[place[order] // max(len(circle), 1)] = place[order] % max(len(circle), 1)
    leader[largest < MANY_ACTORS] = -1
    lowest, highest = np.full(len(circle), width * len(circle) + 1), np.full(len(circle), -1)
    np.minimum.at(lowest, acts.actor, leader[acts.comment])
    np.maximum.at(highest, acts.actor, leader[acts.comment])
    outside = (lowest == highest) & (lowest >= 0) & (circle != lowest)
    crowd = np.bincount(acts.comment[outside[acts.actor]], minlength=width)
    too_many = np.zeros(len(circle), dtype=bool)
    np.logical_or.at(too_many, acts.actor, (crowd > FRINGE * largest)[acts.comment])
    return np.where(outside & ~too_many, lowest, circle)


def _hash(numbers: Numbers, turn: int) -> npt.NDArray[np.uint64]:
    """Well mixed, another one each turn (Steele, Lea and Flood 2014, https://doi.org/10.1145/2660193.2660195)."""
    golden = 0x9E3779B97F4A7C15
    z = numbers.astype(np.uint64) * np.uint64(golden) + np.uint64((turn + 1) * golden % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
