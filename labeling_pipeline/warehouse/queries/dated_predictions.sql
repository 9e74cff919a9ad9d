-- Purpose: predictions with a date, for drift: the class predicted and its probability.
-- Grain: one row per prediction.
-- Parameters: none.
select map_keys(probabilities)[list_position(map_values(probabilities), list_max(map_values(probabilities)))] as label,
        confidence, predicted_at, model_version
from production_predictions where predicted_at is not null order by predicted_at, prediction_id
