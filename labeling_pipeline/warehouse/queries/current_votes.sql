-- Purpose: the votes that count, for the consensus: of comments that are ours to label (honeypots of the bank are not).
-- Grain: one row per annotator, comment, question and round.
-- Parameters: none.
select question, comment_id as task, annotator_id as annotator, label, stated_confidence as confidence,
       schema_version, guideline_hash, labeling_round, answered_at
from crowd_votes
where is_current and comment_id in (select comment_id from raw_comments)
order by question, comment_id, labeling_round, annotator_id, label, vote_id
