-- Purpose: the votes behind the labels of an export.
-- Grain: one row per current vote.
-- Parameters: none (frame `exported`: comment_id).
select comment_id, question, annotator_id, label as answer, stated_confidence, answered_at, labeling_round,
       schema_version, guideline_hash
from counted_votes
where comment_id in (select comment_id from exported)
order by comment_id, question, annotator_id, labeling_round, answer
