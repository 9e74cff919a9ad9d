"""Groups of comments that say nearly the same, found over all comments at once.

Belongs here: signatures and groups. Does not: gold among them (``core.copies.leaks``), or a batch's spread
(``core.selection.near_duplicates``).
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.copies import BANDS, ROWS, SHINGLE, SHORTEST
from labeling_pipeline.core.selection.near_duplicates import normal_form

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.uint64]
_ODD = np.random.default_rng(90_210).integers(1, 2**63, (2, BANDS * ROWS), dtype=np.uint64) | np.uint64(1)
_PLACES = np.random.default_rng(4_711).integers(1, 2**63, SHINGLE, dtype=np.uint64) | np.uint64(1)
NEIGHBOURS = 4
NUMBER = re.compile(r"\d+")
CHUNK = 20_000  # texts hashed, or pairs compared, at a time; bounds the memory
_ROOM = np.uint64(16)  # bits of a code that say whose it is; more than 2 * CHUNK fit


def near_copy_groups(comments: pd.DataFrame, likeness: float = 0.8) -> pd.DataFrame:
    """Which comments are nearly the same: comment_id, duplicate_group; comments without a copy are left out.

    ``comments``: comment_id, text. Two comments belong together when the Jaccard index of the 4-character shingles of
    their normal forms is at least ``likeness`` and their numbers are the same (where only those differ, something else
    is said, or one template was filled in), and all that are joined by such pairs are one group, named after its
    first comment. Candidates share a band of MinHash places (Broder 1997, doi:10.1109/SEQUEN.1997.666900); in a band,
    each is compared with its next `NEIGHBOURS`, ordered by the other bands: the work stays linear where thousands of
    comments are made from one template.

    >>> said = ["The garden opens at nine.", "the garden opens at NINE", "Something else entirely"]
    >>> near_copy_groups(pd.DataFrame({"comment_id": list("abc"), "text": said})).to_numpy().tolist()
    [['a', 'a'], ['b', 'a']]
    """
    known = comments.drop_duplicates("comment_id").sort_values("comment_id", ignore_index=True)
    forms = [normal_form(t) if isinstance(t, str) else "" for t in known["text"]]
    long = np.asarray([i for i, form in enumerate(forms) if len(form) >= SHORTEST], dtype=np.int64)
    empty = pd.DataFrame({"comment_id": pd.Series(dtype="str"), "duplicate_group": pd.Series(dtype="str")})
    if len(long) < 2:
        return empty
    said = [forms[i] for i in long]
    pairs = _candidates(signatures(said))
    alike = pairs[_are_alike(said, pairs, likeness)]
    if not len(alike):
        return empty
    group = _components(alike, len(long))
    sizes = np.bincount(group)
    grouped = np.flatnonzero(sizes[group] > 1)
    ids = known["comment_id"].to_numpy(dtype=object)[long[grouped]]
    frame = pd.DataFrame({"comment_id": ids, "group": group[grouped]})
    frame["duplicate_group"] = frame.groupby("group")["comment_id"].transform("min")
    return frame.drop(columns="group").sort_values("comment_id", ignore_index=True)


def signatures(forms: list[str]) -> Hashes:
    """MinHash places of normal forms of at least `SHINGLE` characters: an (n, BANDS · ROWS) matrix."""
    parts = [_signatures(forms[i : i + CHUNK]) for i in range(0, len(forms), CHUNK)]
    return np.concatenate(parts) if parts else np.zeros((0, BANDS * ROWS), dtype=np.uint32)


def _signatures(forms: list[str]) -> Hashes:
    kept, counts = _shingles(forms)
    first = np.cumsum(counts) - counts
    places = [np.minimum.reduceat((kept * a + b) >> np.uint64(32), first) for a, b in _ODD.T]
    return np.stack(places, axis=1).astype(np.uint32)


def _shingles(forms: list[str]) -> tuple[Codes, Ints]:
    """Hashes of the shingles of all forms, one form after the other, and how many each has."""
    codes = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    lengths = np.asarray([len(form) for form in forms], dtype=np.int64)
    rolled = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for k in range(SHINGLE):  # overflow wraps: multiply-shift hashing
        rolled += codes[k : len(codes) - SHINGLE + 1 + k] * _PLACES[k]
    inside = np.ones(len(rolled), dtype=bool)
    for k in range(1, SHINGLE):  # a shingle must not reach into the next text
        inside[np.cumsum(lengths)[:-1] - k] = False
    return rolled[inside], lengths - SHINGLE + 1


def _candidates(signature: Hashes) -> Ints:
    buckets = []
    for band in range(BANDS):
        keys = np.ascontiguousarray(signature[:, band * ROWS : (band + 1) * ROWS])
        buckets.append(np.unique(keys, axis=0, return_inverse=True)[1].ravel())
    found = []
    for band in range(BANDS):
        # Within a bucket, those alike in the other bands too stand side by side.
        order = np.lexsort([buckets[(band + k) % BANDS] for k in reversed(range(BANDS))])
        ordered = buckets[band][order]
        for step in range(1, min(NEIGHBOURS, len(order) - 1) + 1):
            same = np.flatnonzero(ordered[step:] == ordered[:-step])
            found.append(np.stack([order[same], order[same + step]], axis=1))
    return np.asarray(np.unique(np.sort(np.concatenate(found), axis=1), axis=0), dtype=np.int64)


def _are_alike(forms: list[str], pairs: Ints, likeness: float) -> npt.NDArray[np.bool_]:
    alike = np.asarray([forms[a] == forms[b] for a, b in pairs], dtype=bool)
    numbers = {i: NUMBER.findall(forms[i]) for i in np.unique(pairs[~alike]).tolist()}
    rest = np.flatnonzero(~alike)
    rest = rest[[numbers[a] == numbers[b] for a, b in pairs[rest].tolist()]]
    for part in (rest[i : i + CHUNK] for i in range(0, len(rest), CHUNK)):
        alike[part] = jaccard(forms, pairs[part]) >= likeness
    return alike


def jaccard(forms: list[str], pairs: Ints) -> npt.NDArray[np.float64]:
    """The Jaccard index of the shingles of at most `CHUNK` pairs of normal forms, given by their places in the list.

    >>> jaccard(["abcdef", "abcdeg", "uvwxyz"], np.array([[0, 1], [0, 2]])).tolist()
    [0.5, 0.0]
    """
    involved, where = np.unique(pairs, return_inverse=True)
    hashes, counts = _shingles([forms[i] for i in involved])
    marked = np.sort(_marked(hashes, np.repeat(np.arange(len(involved)), counts)))  # np.unique hashes: ten times slower
    sets = marked[np.concatenate([[True], marked[1:] != marked[:-1]])]
    sizes = np.bincount((sets >> (np.uint64(64) - _ROOM)).astype(np.int64), minlength=len(involved))
    one, other = where.reshape(pairs.shape).T
    met = [_marked(*_of_pairs(sets << _ROOM, sizes, side)) for side in (one, other)]
    both = np.sort(np.concatenate(met))
    shared = both[1:][both[1:] == both[:-1]]
    common = np.bincount((shared >> (np.uint64(64) - _ROOM)).astype(np.int64), minlength=len(pairs))
    return np.asarray(common / (sizes[one] + sizes[other] - common), dtype=np.float64)


def _marked(hashes: Codes, owner: Ints) -> Codes:
    """Hashes, shortened, behind the number of whose they are."""
    return np.asarray(hashes >> _ROOM | owner.astype(np.uint64) << (np.uint64(64) - _ROOM), dtype=np.uint64)


def _of_pairs(hashes: Codes, sizes: Ints, side: Ints) -> tuple[Codes, Ints]:
    """The hashes of one side of every pair, and the pair each is of."""
    counts = sizes[side]
    pair = np.repeat(np.arange(len(side)), counts)
    first = np.cumsum(sizes) - sizes
    return hashes[np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - first[side], counts)], pair


def _components(pairs: Ints, n: int) -> Ints:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
