-- Purpose: who was asked about or voted on which comment, so that nobody is asked twice over the waves of a comment.
-- Grain: one row per comment and annotator.
-- Parameters: none.
select comment_id, annotator_id from assignments where annotator_id is not null
union
select comment_id, annotator_id from vote_log where annotator_id is not null
order by comment_id, annotator_id
