-- Purpose: what the serving model meets in production: comments posted since there is one, without a prediction of ours.
-- Grain: one row per comment.
-- Parameters: $until (posted up to then).
select comment_id, text, posted_at from raw_comments
where posted_at <= $until and posted_at > (select min(trained_at) from retrained_model)
  and comment_id not in (select comment_id from production_predictions)
order by comment_id
