-- Purpose: every export, with the model that was trained on it, if any.
-- Grain: one row per export and model.
-- Parameters: none.
select e.version, e.path, e.exported_at, m.model_version, m.trained_at, m.status, m.status_reason
from versioned_export e left join retrained_model m on m.export_version = e.version
order by e.exported_at, string_split(e.version, '.')[1]::int, string_split(e.version, '.')[2]::int,
         string_split(e.version, '.')[3]::int, m.trained_at
