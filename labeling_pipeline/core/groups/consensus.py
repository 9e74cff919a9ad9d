"""A consensus per annotator group.

Belongs here: splitting the votes and calling the consensus. Does not: the consensus methods (see ``core.consensus``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.groups.members import MIN_SIZE, Attribute, read_groups
from labeling_pipeline.core.reliability.answers import Votes


def group_consensus(
    votes: pd.DataFrame, groups: pd.DataFrame, *, min_size: int = MIN_SIZE, method: str = "majority", **options: Any
) -> pd.DataFrame:
    """`attribute, group`, and the columns of a consensus (task, label, confidence, p_…, v_…), each group's votes alone.

    `groups`: annotator and one column per attribute. Groups with fewer than `min_size` voting annotators are left out:
    so few people could be recognised, and their consensus is noise. `method` and `options` go to `consensus`; majority
    is the default since a group's votes per comment are few.

    >>> votes = pd.DataFrame({"task": list("tttt"), "annotator": list("abcd"), "label": list("xxyy")})
    >>> groups = pd.DataFrame({"annotator": list("abcd"), "country": ["fi", "fi", "pe", "pe"]})
    >>> group_consensus(votes, groups, min_size=2)[["group", "task", "label"]].values.tolist()
    [['fi', 't', 'x'], ['pe', 't', 'y']]
    """
    read, attributes = read_groups(votes, groups)
    frames = [
        consensus(
            _votes_of(read, attribute, code), method=method, **{"classes": read.labels.tolist(), **options}
        ).labels.assign(attribute=attribute.name, group=name)
        for attribute in attributes
        for code, name in enumerate(attribute.names)
        if attribute.sizes[code] >= min_size
    ]
    if not frames:
        return pd.DataFrame(columns=["attribute", "group", "task", "label", "confidence"])
    found = pd.concat(frames, ignore_index=True)
    first = ["attribute", "group"]
    return found[[*first, *[name for name in found.columns if name not in first]]]


def _votes_of(votes: Votes, attribute: Attribute, group: int) -> pd.DataFrame:
    rows = np.flatnonzero(attribute.group[votes.annotator] == group)
    return pd.DataFrame(
        {
            "task": votes.tasks.take(votes.task[rows]),
            "annotator": votes.annotators.take(votes.annotator[rows]),
            "label": votes.labels.take(votes.label[rows]),
        }
    )
