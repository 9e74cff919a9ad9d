"""What the money of a feedback round would have bought from the crowd instead.

Belongs here: the comments the same crowd would label for the same cost, their votes, and what a model would make of
them. Does not: comparing it with the real model (``report.story``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.annotators import CROWD
from labeling_pipeline.core.simulate.answers import direct_answers
from labeling_pipeline.core.simulate.streams import SAMPLE_SEED, STREAMS, draw


def comments_affordable(cost_usd: float, votes_per_comment: int = 3, price_usd: float = 0.04) -> int:
    """How many comments the crowd labels for a cost.

    Raises InputError on a price or overlap that is not positive.

    >>> comments_affordable(1500.0)
    12500
    """
    if price_usd <= 0 or votes_per_comment <= 0 or cost_usd < 0:
        raise InputError("cost, price or votes per comment is not positive", expected="numbers above 0")
    return int(round(cost_usd * 1e6) // round(price_usd * votes_per_comment * 1e6))


def equal_cost_round(
    cost_usd: float,
    seed: int,
    *,
    votes_per_comment: int = 3,
    price_usd: float = 0.04,
    world_seed: int = SAMPLE_SEED,
    limit: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fresh comments of the pool (comment_id, text) and the crowd's votes on them (task, annotator, label).

    ``limit`` caps the comments (a smaller round is a smaller test: say so where it is used). Raises InputError when the
    cost buys more comments than the world holds.

    >>> comments, votes = equal_cost_round(1.2, seed=0)
    >>> len(comments), len(votes)
    (10, 30)
    """
    count = comments_affordable(cost_usd, votes_per_comment, price_usd)
    count = count if limit is None else min(count, limit)
    if count > STREAMS["more"].size:
        raise InputError(f"{count} comments for {cost_usd} USD", expected=f"at most {STREAMS['more'].size}")
    comments = draw("more", count, world_seed)[["comment_id", "text"]]
    asked = assign(comments, CROWD, votes_per_comment, seed, 0)
    answers = direct_answers(asked, seed, world_seed)["answer"]
    votes = pd.DataFrame({"task": asked["comment_id"], "annotator": asked["annotator_id"], "label": answers})
    return comments, votes


def probabilities_at_equal_cost(
    learned: pd.DataFrame,
    asked: Sequence[str],
    classes: Sequence[str],
    cost_usd: float,
    seed: int,
    *,
    method: str = "auto",
    **round_options: Any,
) -> NDArray[np.float64]:
    """What a model would say of ``asked`` had it also learned from the same crowd's labels for that money.

    learned: text, p_<class>, weight of what the model before learned from. asked: n texts, such as a slice of gold.
    method: how the crowd's votes become labels (see ``core.consensus``), each weighed by its confidence.
    ``round_options`` go to `equal_cost_round`. Returns (n, K) in the order of ``classes``, not
    calibrated.
    """
    from labeling_pipeline.core.consensus import consensus
    from labeling_pipeline.core.training import TrainingSettings, train

    comments, votes = equal_cost_round(cost_usd, seed, **round_options)
    names = [f"p_{one}" for one in classes]
    texts, matrix, weights = learned["text"].tolist(), learned[names].to_numpy(), learned["weight"].to_numpy()
    if len(comments):
        labels = consensus(votes, method=method, classes=classes, ambiguity=False).labels.set_index("task")
        bought = labels.loc[comments["comment_id"], names].to_numpy()
        texts, matrix = [*texts, *comments["text"]], np.vstack([matrix, bought])
        weights = np.concatenate([weights, bought.max(axis=1)])
    # Only the most probable class is compared, and no temperature changes that.
    settings = TrainingSettings(calibration_share=0.0)
    model = train(texts, matrix, classes=list(classes), weights=weights, seed=seed, settings=settings)
    return model.predict(list(asked))
