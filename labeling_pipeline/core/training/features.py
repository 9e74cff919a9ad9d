"""Text to a sparse TF-IDF matrix, with a vocabulary that can be saved as plain text.

Belongs here: which n-grams are counted and how they are weighed. Does not: the classifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

KINDS = ("word", "char_wb")


@dataclass(frozen=True)
class Features:
    """Vocabularies (sorted n-grams) and inverse document frequencies, word n-grams first, then character n-grams."""

    vocabularies: dict[str, list[str]]
    idf: NDArray[np.float32]
    ranges: dict[str, tuple[int, int]]

    def matrix(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Rows of length 1 per kind (0 where no n-gram is known); shape (n, number of n-grams)."""
        blocks, start = [], 0
        for kind in KINDS:
            terms = self.vocabularies[kind]
            end = start + len(terms)
            if terms:
                counter = _counter(kind, self.ranges[kind], vocabulary=terms)
                blocks.append(_weigh(counter.transform(texts), self.idf[start:end]))
            start = end
        return sparse.csr_matrix(sparse.hstack(blocks, format="csr"))


def fit_features(
    texts: Sequence[str], *, word: tuple[int, int], char: tuple[int, int], min_df: int, max_features: int
) -> tuple[Features, sparse.csr_matrix]:
    """Learn the vocabulary and weigh the same texts with it, counting each text once.

    An n-gram stays if ``min_df`` texts have it; of more than ``max_features`` per kind the most frequent stay
    (alphabetical among equals, so the choice is stable).
    """
    vocabularies: dict[str, list[str]] = {}
    idfs, blocks = [], []
    ranges = {"word": word, "char_wb": char}
    for kind in KINDS:
        terms, counts = _count(texts, kind, ranges[kind], min_df, max_features)
        idf = _idf(counts)
        vocabularies[kind] = terms
        idfs.append(idf)
        blocks.append(_weigh(counts, idf))
    matrix = sparse.csr_matrix(sparse.hstack(blocks, format="csr"))
    return Features(vocabularies, np.concatenate(idfs).astype(np.float32), ranges), matrix


def _count(
    texts: Sequence[str], kind: str, ngrams: tuple[int, int], min_df: int, max_features: int
) -> tuple[list[str], sparse.csr_matrix]:
    if ngrams == (0, 0):
        return [], sparse.csr_matrix((len(texts), 0), dtype=np.float64)
    counter = _counter(kind, ngrams)
    try:
        counts = counter.fit_transform(texts)
    except ValueError as error:  # scikit-learn's word for "no n-gram in any text"
        if "empty vocabulary" not in str(error):
            raise
        return [], sparse.csr_matrix((len(texts), 0), dtype=np.float64)
    terms = counter.get_feature_names_out()
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    frequent = np.flatnonzero(frequency >= min_df)
    if len(frequent) > max_features:
        order = np.lexsort((frequent, -frequency[frequent]))
        frequent = np.sort(frequent[order[:max_features]])
    return [str(term) for term in terms[frequent]], sparse.csr_matrix(counts[:, frequent])


def _counter(kind: str, ngrams: tuple[int, int], vocabulary: list[str] | None = None) -> Any:
    from sklearn.feature_extraction.text import CountVectorizer

    # Words of two letters and more; shorter ones and punctuation are left to the character n-grams.
    pattern = {"token_pattern": r"(?u)\b\w\w+\b"} if kind == "word" else {}
    return CountVectorizer(
        analyzer=kind, ngram_range=ngrams, lowercase=True, vocabulary=vocabulary, dtype=np.float64, **pattern
    )


def _idf(counts: sparse.csr_matrix) -> NDArray[np.float32]:
    n, d = counts.shape
    frequency = np.bincount(counts.indices, minlength=d)
    return np.asarray(np.log((1 + n) / (1 + frequency)) + 1, dtype=np.float32)


def _weigh(counts: sparse.csr_matrix, idf: NDArray[np.float32]) -> sparse.csr_matrix:
    """(1 + log count) · idf, each row scaled to length 1."""
    weighed = sparse.csr_matrix(counts, copy=True)
    weighed.data = (1 + np.log(weighed.data)) * idf.astype(np.float64)[weighed.indices]
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    weighed.data /= np.repeat(lengths, np.diff(weighed.indptr))
    return weighed
