"""Slices nobody has named: groups of comments about the same thing, each described by a rule that can be read.

Belongs here: the clusters and the rules that stand for them. Does not: which slices are in force (settings), or who is
in one (``core.slices``). A proposal is a proposal: nothing uses it before a person puts it into the settings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.slices import Slice
from labeling_pipeline.core.stable_hash import unit_hash

Floats = npt.NDArray[np.float64]
COLUMNS = ("slice", "slice_version", "n", "share", "precision", "recall", "terms", "comment_ids", "definition")
FITTED = 60_000  # texts the clusters are made from; all others are put to the nearest
DIMENSIONS, TERMS = 64, 15
SMALLEST, LARGEST = 0.002, 0.2  # share of the comments; smaller is chance, larger is no part
FAITHFUL = 0.6  # F1 of the rule against its cluster, below which it says something else


def discover(comments: pd.DataFrame, n_clusters: int = 30, seed: int = 0) -> pd.DataFrame:
    """Proposed slices: columns `COLUMNS`, those whose rule stands best for its cluster first.

    TF-IDF of words (English function words are left out), truncated SVD (Deerwester et al. 1990,
    doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9) and mini-batch k-means (Sculley 2010,
    doi:10.1145/1772690.1772862). A cluster becomes a rule of at most `TERMS` weighted terms, with the threshold at
    which it agrees best with the cluster (``precision``, ``recall``, ``n`` are the rule's); rules that agree less than
    `FAITHFUL`, and clusters of fewer or more comments than `SMALLEST` and `LARGEST` of all, are left out.

    Args:
        comments: comment_id, text. Equal comments give equal proposals, in any order of rows.
        n_clusters: groups looked for.

    Raises InputError where there are fewer texts than clusters.
    """
    known = comments.dropna(subset="text").drop_duplicates("comment_id").sort_values("comment_id", ignore_index=True)
    texts = known["text"].astype(str)
    if len(known) < 2 * n_clusters or n_clusters < 2:
        raise InputError(
            f"{len(known)} comments for {n_clusters} clusters", expected="2 clusters, and twice as many comments"
        )
    matrix, names = _matrix(texts)
    cluster = _clusters(matrix, known["comment_id"], n_clusters, seed)
    overall = np.asarray(matrix.mean(axis=0), dtype=np.float64).ravel()
    rows = []
    for number in range(n_clusters):
        inside = cluster == number
        if not SMALLEST <= inside.mean() <= LARGEST:
            continue
        found = _rule(matrix, overall, names, inside)
        if found is not None:
            rows.append(_row(*found, known["comment_id"], inside))
    table = pd.DataFrame(rows, columns=[*COLUMNS, "f1"]).sort_values(["f1", "slice"], ascending=[False, True])
    return table.drop_duplicates("slice", ignore_index=True)[list(COLUMNS)]


def to_toml(proposals: pd.DataFrame) -> str:
    """The proposals as they are pasted into ``labeling.toml``."""
    parts = [
        "# Proposed slices. Paste those that make sense to you into labeling.toml; watch them with slices.watched.\n"
    ]
    for row in proposals.to_dict("records"):
        listed = ", ".join(f'"{term}" = {weight:g}' for term, weight in row["definition"].terms)
        told = f"{row['n']:,} comments ({row['share']:.1%}); stands for a cluster with precision {row['precision']:.2f}"
        parts.append(
            f"# {told} and recall {row['recall']:.2f}\n[slices.define.{row['slice']}]\nat_least = "
            f'{row["definition"].at_least:g}\nterms = {{ {listed} }}\nnote = "discovered, {row["slice_version"]}"\n'
        )
    return "\n".join(parts)


def _matrix(texts: pd.Series) -> tuple[Any, npt.NDArray[np.object_]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        sublinear_tf=True, min_df=max(3, len(texts) // 20_000), max_df=0.3, max_features=50_000,
        token_pattern=r"(?u)\w\w+", stop_words="english", dtype=np.float32,
    )  # fmt: skip
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError as error:  # no word is left
        raise InputError(f"comments: {error}", expected="texts that have words in common") from error
    return matrix.tocsr(), vectorizer.get_feature_names_out()


def _clusters(matrix: Any, ids: pd.Series, n_clusters: int, seed: int) -> npt.NDArray[np.int64]:
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    # Which texts are fitted goes by a hash of the id, so that one comment more changes little.
    fitted = np.sort(np.argsort(unit_hash(ids, seed), kind="stable")[:FITTED])
    size = min(DIMENSIONS, matrix.shape[1] - 1, len(fitted) - 1)
    svd = TruncatedSVD(max(size, 1), random_state=seed).fit(matrix[fitted])
    places = normalize(svd.transform(matrix))
    model = MiniBatchKMeans(n_clusters, random_state=seed, n_init=4, batch_size=4096).fit(places[fitted])
    return np.asarray(model.predict(places), dtype=np.int64)


def _rule(
    matrix: Any, overall: Floats, names: npt.NDArray[np.object_], inside: npt.NDArray[np.bool_]
) -> tuple[Slice, Floats] | None:
    """The weighted terms that tell the cluster from the rest, with the threshold of the best F1; what texts weigh."""
    contrast = np.asarray(matrix[inside].mean(axis=0), dtype=np.float64).ravel() - overall
    best = np.argsort(-contrast, kind="stable")[:TERMS]
    scaled = np.round(contrast[best] / max(float(contrast[best[0]]), 1e-12), 2)
    best, scaled = best[scaled > 0], scaled[scaled > 0]
    said = np.round((matrix[:, best] > 0).astype(np.float64) @ scaled, 2)
    steps = np.unique(said[said > 0])
    f1 = [_f1(said >= step, inside) for step in steps]
    if not f1 or max(f1) < FAITHFUL:
        return None
    terms = tuple(sorted((str(names[i]), float(w)) for i, w in zip(best, scaled, strict=True)))
    given = Slice("cluster", terms=terms, at_least=round(float(steps[int(np.argmax(f1))]), 2))
    # Not named after its words: they may be what nobody wants to read in every list of slices.
    return replace(given, name=f"cluster_{given.version[:6]}"), said


def _f1(chosen: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_]) -> float:
    return float(2 * (chosen & inside).sum() / max(chosen.sum() + inside.sum(), 1))


def _row(one: Slice, said: Floats, ids: pd.Series, inside: npt.NDArray[np.bool_]) -> dict[str, object]:
    chosen = said >= one.at_least
    hits = int((chosen & inside).sum())
    first = np.argsort(-said, kind="stable")[: min(10, int(chosen.sum()))]
    return {
        "slice": one.name,
        "slice_version": one.version,
        "n": int(chosen.sum()),
        "share": float(chosen.mean()),
        "precision": hits / max(int(chosen.sum()), 1),
        "recall": hits / max(int(inside.sum()), 1),
        "terms": [term for term, _ in sorted(one.terms, key=lambda pair: (-pair[1], pair[0]))],
        "comment_ids": ids.iloc[first].astype(str).tolist(),
        "definition": one,
        "f1": _f1(chosen, inside),
    }
