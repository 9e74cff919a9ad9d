-- Purpose: models that serve beside another. Holds when empty.
-- Grain: one row per model.
-- Parameters: none.
select model_version from retrained_model where status = 'serving'
  and (select count(*) from retrained_model where status = 'serving') > 1 order by model_version
