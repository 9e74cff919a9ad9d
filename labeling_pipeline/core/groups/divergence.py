"""Does a group answer differently from the others on the same comments?

Belongs here: the gap, its interval, its test. Does not: reading groups (see ``members``).

The gap of a class is the group's share of votes for it minus the others' share on the same comments (Mantel–Haenszel
weights n_g n_r / n per comment). It equals the sum over the group's annotators of "my votes minus the comment's vote
shares", so a permutation of annotators costs one small matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from labeling_pipeline.core.agreement.coding import CodedVotes, Floats, Ints, column_of, compact, indexed
from labeling_pipeline.core.agreement.pairs import pair_votes
from labeling_pipeline.core.agreement.resampling import WEIGHT_OF_BYTE
from labeling_pipeline.core.groups.members import MIN_SIZE, read_groups
from labeling_pipeline.core.reliability.answers import Bools, Votes
from labeling_pipeline.core.reliability.significance import holm

COLUMNS = [
    *("attribute", "group", "class", "gap", "low", "high", "p", "p_adjusted", "within_agreement", "cross_agreement"),
    *("n_annotators", "n_comments", "status"),
]
ALPHA = 0.05
CHUNK_CELLS = 20_000_000
SMALLEST_SPREAD = 1e-9


def group_divergence(
    votes: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    min_size: int = MIN_SIZE,
    n_permutations: int = 2_000,
    n_boot: int = 300,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Test every group of every attribute against all other annotators: a row per group and class.

    `votes`: task, annotator, label, perhaps `stratum` (of the comment: slice, batch, source). `groups`: annotator and
    one column per attribute. `gap`: the group's share of the class minus the others' on the same comments, with a
    bootstrap interval over comments *and* annotators. `p` is of the group as a whole: the stronger of two signs, a gap
    in any class or more agreement inside than across (`within_agreement`, `cross_agreement`), under permutation of
    annotators among those who mostly label the same stratum; `p_adjusted` corrects for all groups tried (Holm).
    `status`: `diverges`, `no difference found`, `no common comments`, `one category only`, or `too small` (fewer than
    `min_size` voting annotators or fewer than `min_size` others: nothing else is told of these).

    >>> votes = pd.DataFrame({"task": range(4), "annotator": range(4), "label": list("xyxy")})
    >>> groups = pd.DataFrame({"annotator": range(4), "country": ["fi", "fi", "pe", "pe"]})
    >>> group_divergence(votes, groups)["status"].tolist()
    ['too small', 'too small']
    """
    read, attributes = read_groups(votes, groups)
    strata, met = _strata(votes, read), Meetings.of(read)
    rows: list[pd.DataFrame] = []
    for attribute in attributes:
        stated = attribute.group >= 0
        kept = np.flatnonzero(stated[read.annotator])
        for code, name in enumerate(attribute.names):
            size = int(attribute.sizes[code])
            if min(size, int(attribute.sizes.sum()) - size) < min_size:
                frame = pd.DataFrame([{"status": "too small"}])
            else:
                question = _Question(read, kept, attribute.group == code, stated, met)
                frame = question.rows(strata, n_permutations, n_boot, confidence, seed).assign(n_annotators=size)
            rows.append(frame.assign(attribute=attribute.name, group=name).reindex(columns=COLUMNS).astype(object))
    return _corrected(pd.concat(rows, ignore_index=True))


@dataclass(frozen=True)
class _Question:
    """One group against all others whose group is stated: rows of their votes, who is inside, who met whom."""

    votes: Votes
    kept: Ints
    inside: Bools
    stated: Bools
    met: Meetings

    def rows(self, strata: Ints, n_permutations: int, n_boot: int, confidence: float, seed: int) -> pd.DataFrame:
        """A row per class."""
        common = _Common.of(self.votes, self.kept, self.inside)
        if common.n_tasks == 0:
            return pd.DataFrame([{"status": "no common comments"}])
        if np.unique(self.votes.label).size == 1:
            return pd.DataFrame([{"status": "one category only", "n_comments": common.n_tasks}])
        gaps = common.gaps(np.ones(common.rows.size))
        rng = np.random.default_rng(seed)
        p = self.p_value(strata, n_permutations, rng)
        drawn = [common.gaps(weights) for weights in self.resampled(common.rows, n_boot, rng)]
        tail = (1 - confidence) / 2
        low, high = (
            np.nanquantile(np.array(drawn), [tail, 1 - tail], axis=0) if n_boot else np.full((2, gaps.size), np.nan)
        )
        within, cross = self.met.agreements(self.inside[None, :], self.stated)
        return pd.DataFrame(
            {
                "class": self.votes.labels,
                "gap": gaps,
                "low": np.minimum(low, gaps),
                "high": np.maximum(high, gaps),
                "p": p,
                "within_agreement": within[0],
                "cross_agreement": cross[0],
                "n_comments": common.n_tasks,
            }
        )

    def p_value(self, strata: Ints, n_permutations: int, rng: np.random.Generator) -> float:
        """Permutation p of the stronger of the two signs, Bonferroni over the two."""
        people = np.flatnonzero(self.stated)
        residual = _residuals(self.votes, self.kept)
        cast = np.bincount(self.votes.annotator[self.kept], minlength=self.stated.size)
        shifts, closer = (
            [self.inside @ residual / (self.inside @ cast)],
            [self.met.closeness(self.inside[None], self.stated)],
        )
        at_once = max(1, CHUNK_CELLS // self.stated.size)
        for start in range(0, n_permutations, at_once):
            drawn = np.zeros((min(at_once, n_permutations - start), self.stated.size), dtype=bool)
            drawn[:, people] = _permuted(rng, self.inside[people], strata[people], len(drawn))
            shifts.append(drawn @ residual / np.maximum(drawn @ cast, 1)[:, None])
            closer.append(self.met.closeness(drawn, self.stated))
        every, close = np.vstack(shifts), np.concatenate(closer)
        spread = every[1:].std(axis=0)
        moves = spread > SMALLEST_SPREAD
        far = np.abs((every - every[1:].mean(axis=0))[:, moves] / spread[moves]).max(axis=1, initial=0.0)
        least = min((far[1:] >= far[0] - 1e-9).sum(), (close[1:] >= close[0] - 1e-9).sum())
        return float(min(1.0, 2 * (1 + least) / (1 + n_permutations)))

    def resampled(self, rows: Ints, n_boot: int, rng: np.random.Generator) -> Iterator[Floats]:
        """Vote weights of resamples over comments and annotators; Owen & Eckles (2012), doi:10.1214/12-AOAS547."""
        task, who = self.votes.task[rows], self.votes.annotator[rows]
        for _ in range(n_boot):
            of_task = WEIGHT_OF_BYTE[rng.integers(0, 256, len(self.votes.tasks), dtype=np.uint8)]
            of_person = WEIGHT_OF_BYTE[rng.integers(0, 256, len(self.votes.annotators), dtype=np.uint8)]
            yield (of_task[task] * of_person[who]).astype(np.float64)


@dataclass(frozen=True)
class Meetings:
    """How often each two annotators voted on one comment, and agreed there, both (J, J)."""

    agreed: sparse.csr_array
    met: sparse.csr_array

    @classmethod
    def of(cls, votes: Votes) -> Meetings:
        """From all votes; annotators with a single vote meet nobody here."""
        size, names = len(votes.annotators), votes.annotators.to_numpy()
        coded = CodedVotes(votes.task, votes.annotator, votes.label, tuple(votes.labels), names, len(votes.tasks))
        pairs = pair_votes(coded, 1, strict=True)
        agreed = np.bincount(pairs.pair, weights=pairs.label_a == pairs.label_b, minlength=pairs.first.size)
        one, two = (
            sparse.coo_array((values, (pairs.first, pairs.second)), shape=(size, size)).tocsr()
            for values in (agreed, pairs.shared.astype(np.float64))
        )
        return cls((one + one.T).tocsr(), (two + two.T).tocsr())

    def agreements(self, inside: Bools, stated: Bools) -> tuple[Floats, Floats]:
        """Share of agreeing pairs within the group and across to the others, NaN where none meet; one per row."""
        group = inside.astype(np.float64)
        sums = []
        for table in (self.agreed, self.met):
            reached = np.asarray(table @ group.T)  # (J, rows): from whom the group is met
            own = np.einsum("rj,jr->r", group, reached)
            sums.append((own, stated.astype(np.float64) @ reached - own))
        within, cross = (
            np.where(met > 0, agreed / np.maximum(met, 1), np.nan) for agreed, met in zip(*sums, strict=True)
        )
        return within, cross

    def closeness(self, inside: Bools, stated: Bools) -> Floats:
        """Agreement within beyond agreement across, -1 where either is not defined."""
        within, cross = self.agreements(inside, stated)
        return np.where(np.isfinite(within - cross), within - cross, -1.0)


@dataclass(frozen=True)
class _Common:
    """The votes on comments that the group and the others both voted on; every gap comes from these alone."""

    rows: Ints
    n_tasks: int
    inside: tuple[Ints, Ints]
    outside: tuple[Ints, Ints]
    size: int

    @classmethod
    def of(cls, votes: Votes, kept: Ints, inside: Bools) -> _Common:
        is_in = inside[votes.annotator[kept]]
        n, n_in = (np.bincount(votes.task[rows], minlength=len(votes.tasks)) for rows in (kept, kept[is_in]))
        rows = kept[((n_in > 0) & (n > n_in))[votes.task[kept]]]
        task, n_tasks = compact(votes.task[rows])
        size = len(votes.labels)
        cell, is_in = task * size + votes.label[rows], inside[votes.annotator[rows]]
        sides = tuple((np.flatnonzero(side), cell[side]) for side in (is_in, ~is_in))
        return cls(rows, n_tasks, sides[0], sides[1], size)

    def gaps(self, weights: Floats) -> Floats:
        """Gap per class (K,) with these weights of the votes; NaN where no comment is left."""
        group, others = (
            np.bincount(cell, weights=weights[place], minlength=self.n_tasks * self.size).reshape(-1, self.size)
            for place, cell in (self.inside, self.outside)
        )
        n_in, n_out = group.sum(axis=1), others.sum(axis=1)
        both = n_in + n_out
        scale = 1.0 / np.where(both > 0, both, 1.0)
        bottom = float((n_in * n_out * scale).sum())
        if bottom <= 0:
            return np.full(self.size, np.nan)
        return np.asarray(((n_out * scale) @ group - (n_in * scale) @ others) / bottom, dtype=np.float64)


def _residuals(votes: Votes, kept: Ints) -> Floats:
    """Per annotator and class: votes for it, minus the vote shares of the comments they voted on, (J, K)."""
    task, label, who = votes.task[kept], votes.label[kept], votes.annotator[kept]
    size, n_people = len(votes.labels), len(votes.annotators)
    counts = np.bincount(task * size + label, minlength=len(votes.tasks) * size).reshape(-1, size)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    own = np.bincount(who * size + label, minlength=n_people * size).reshape(n_people, size)
    expected = np.stack([np.bincount(who, weights=shares[task, k], minlength=n_people) for k in range(size)], axis=1)
    return np.asarray(own - expected, dtype=np.float64)


def _permuted(rng: np.random.Generator, inside: Bools, strata: Ints, n: int) -> Bools:
    """Memberships shuffled among the annotators of each stratum, (n, people)."""
    drawn = np.empty((n, inside.size), dtype=bool)
    for stratum in np.unique(strata):
        people = np.flatnonzero(strata == stratum)
        drawn[:, people] = rng.permuted(np.broadcast_to(inside[people], (n, people.size)).copy(), axis=1)
    return drawn


def _strata(votes: pd.DataFrame, read: Votes) -> Ints:
    """The stratum most of each annotator's votes are in, 0 for all without a column `stratum`."""
    annotator = column_of(votes, "annotator")
    if "stratum" not in votes.columns or annotator is None:
        return np.zeros(len(read.annotators), dtype=np.int64)
    who, _ = indexed(annotator)
    stratum, names = indexed(votes["stratum"])
    known = (who >= 0) & (stratum >= 0)
    cell = who[known] * len(names) + stratum[known]
    counts = np.bincount(cell, minlength=len(read.annotators) * len(names)).reshape(-1, max(len(names), 1))
    return np.asarray(counts.argmax(axis=1), dtype=np.int64)


def _corrected(found: pd.DataFrame) -> pd.DataFrame:
    """Holm over all tested groups, and the status."""
    tested = found[found["p"].notna()].drop_duplicates(["attribute", "group"])
    keys = list(zip(tested["attribute"], tested["group"], strict=True))
    adjusted = dict(zip(keys, holm(tested["p"].to_numpy(dtype=np.float64)), strict=True))
    p = pd.Series([adjusted.get(key) for key in zip(found["attribute"], found["group"], strict=True)], dtype="Float64")
    found["p_adjusted"] = p
    verdict = np.where(p.fillna(1) < ALPHA, "diverges", "no difference found")
    found["status"] = np.where(p.notna(), verdict, found["status"])
    for name in ("gap", "low", "high", "p", "within_agreement", "cross_agreement"):
        found[name] = pd.array(found[name].to_numpy(dtype=np.float64, na_value=np.nan), dtype="Float64")
    for name in ("n_annotators", "n_comments"):
        found[name] = found[name].astype("Int64")
    return found
