-- Purpose: the models in the order they were trained, with where their export lies.
-- Grain: one row per model.
-- Parameters: none.
select m.model_version, m.trained_at, m.path, e.version as export_version, e.path as export_path
from retrained_model m join versioned_export e on e.version = m.export_version
order by m.trained_at, m.model_version
