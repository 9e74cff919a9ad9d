-- Purpose: the latest draft of each comment by a model that was not trained here: a label must not come back to the
-- model it is to teach.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, probabilities, predicted_at as "at", model_version from production_predictions
where model_version is null or model_version not in (select model_version from retrained_model)
qualify row_number() over (partition by comment_id order by predicted_at desc nulls last, prediction_id) = 1
order by comment_id
