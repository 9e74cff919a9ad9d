"""Who is held out depends on the comment and the seed alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.training import holdout_mask

IDS = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=40, unique=True)


@given(IDS, st.integers(0, 5), st.randoms())
def test_order_and_company_do_not_matter(ids, seed, random):
    together = dict(zip(ids, holdout_mask(ids, 0.3, seed), strict=True))
    shuffled = list(ids)
    random.shuffle(shuffled)
    assert together == dict(zip(shuffled, holdout_mask(shuffled, 0.3, seed), strict=True))
    assert all(holdout_mask([one], 0.3, seed)[0] == held for one, held in together.items())


@given(IDS)
def test_a_larger_share_keeps_those_already_held_out(ids):
    assert (holdout_mask(ids, 0.5, 1) >= holdout_mask(ids, 0.1, 1)).all()


def test_share_and_known_members():
    ids = [f"c-{i}" for i in range(20_000)]
    assert abs(holdout_mask(ids, 0.1, 7).mean() - 0.1) < 0.01
    # Pinned: a comment must not change sides with a new version of anything.
    assert np.flatnonzero(holdout_mask(ids[:60], 0.1, 7)).tolist() == PINNED
    with pytest.raises(InputError, match="holdout share"):
        holdout_mask(ids, 1.0)


PINNED = [3, 8, 12, 19, 37, 55]
