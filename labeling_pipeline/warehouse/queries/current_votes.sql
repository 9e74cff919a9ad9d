-- Purpose: the votes that count, for the consensus: on comments to be labeled, and on fit gold, which tells what votes mean.
-- Grain: one row per annotator, comment, question and round.
-- Parameters: none.
select question, comment_id as task, annotator_id as annotator, label, stated_confidence as confidence,
       schema_version, guideline_hash, labeling_round, answered_at
from counted_votes
where (comment_id in (select comment_id from raw_comments)
       or comment_id in (select comment_id from gold_set where role = 'fit'))
order by question, comment_id, labeling_round, annotator_id, label, vote_id
