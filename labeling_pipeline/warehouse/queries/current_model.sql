-- Purpose: the model that serves, else the latest candidate.
-- Grain: one row, or none.
-- Parameters: none.
select * from retrained_model
order by status = 'serving' desc, trained_at desc, model_version limit 1
