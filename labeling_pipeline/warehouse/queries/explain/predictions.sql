-- Purpose: what models said of one comment.
-- Grain: one row per prediction.
-- Parameters: $comment_id.
select model_version, predicted_at, probabilities, margin from production_predictions
where comment_id = $comment_id order by predicted_at, prediction_id
