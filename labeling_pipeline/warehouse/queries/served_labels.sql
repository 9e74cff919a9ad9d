-- Purpose: the label production last showed for each comment.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id,
       map_keys(probabilities)[list_position(map_values(probabilities), list_max(map_values(probabilities)))] as label
from production_predictions
qualify row_number() over (partition by comment_id order by predicted_at desc nulls last, prediction_id) = 1
order by comment_id
