-- Purpose: predictions whose two best classes are too close to be trusted.
-- Grain: one row per comment: its latest prediction.
-- Parameters: $low_margin (a margin at or under it is low).
select comment_id, model_version, predicted_at, margin, confidence
from production_predictions
qualify row_number() over (partition by comment_id order by predicted_at desc nulls last, prediction_id) = 1
    and margin <= $low_margin
order by comment_id
