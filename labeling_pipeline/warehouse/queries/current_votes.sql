-- Purpose: the votes that count, for the consensus: on comments to be labeled, and on fit gold, which tells what votes mean.
-- The round is the one they answer.
-- Grain: one row per vote that weighs.
-- Parameters: none.
select v.question, v.comment_id as task, v.annotator_id as annotator, v.label, v.stated_confidence as confidence,
       v.schema_version, v.guideline_hash, coalesce(s.labeling_round, v.labeling_round) as labeling_round,
       v.answered_at
from counted_votes v left join stray_rounds s on s.vote_id = v.vote_id
where (v.comment_id in (select comment_id from raw_comments)
       or v.comment_id in (select comment_id from gold_set where role = 'fit'))
order by v.question, v.comment_id, labeling_round, v.annotator_id, v.label, v.vote_id
